/** vital.spot_set: thermometer, cuff, oximeter and scale that staff use a few times a day. */
import { defineProfile, MEDICAL_VALUE, number, onEvent, text } from './define.ts'

export const vitalSpotSet = defineProfile({
  id: 'vital.spot_set',
  version: 1,
  label: text('バイタル測定セット', '활력징후 측정 세트', 'Vital signs set'),
  family: 'smart_elderly_care',
  priority_item: text('介護業務支援', '요양 업무 지원', 'Support of care work'),
  role: 'equipment',
  metrics: {
    body_temp: number(text('体温', '체온', 'Body temperature'), 'Cel', [30, 43], onEvent, {
      codes: { mdc: 150364, loinc: '8310-5', sdtm: 'TEMP' },
      plausible: [35, 38],
      digits: 1,
    }),
    skin_temp: number(text('皮膚温', '피부 온도', 'Skin temperature'), 'Cel', [20, 45], onEvent, {
      codes: { loinc: '39106-0', sdtm: 'TEMP' },
      digits: 1,
    }),
    systolic: number(text('最高血圧', '수축기 혈압', 'Systolic pressure'), 'mm[Hg]', [40, 280], onEvent, {
      codes: { mdc: 150021, loinc: '8480-6', sdtm: 'SYSBP' },
      plausible: [90, 160],
    }),
    diastolic: number(text('最低血圧', '이완기 혈압', 'Diastolic pressure'), 'mm[Hg]', [20, 180], onEvent, {
      codes: { mdc: 150022, loinc: '8462-4', sdtm: 'DIABP' },
      plausible: [50, 100],
    }),
    spo2: number(text('酸素飽和度', '산소포화도', 'Oxygen saturation'), '%', [50, 100], onEvent, {
      codes: { mdc: 150456, loinc: '59408-5', sdtm: 'OXYSAT' },
      plausible: [92, 100],
    }),
    pulse: number(text('脈拍', '맥박', 'Pulse'), '/min', [20, 250], onEvent, {
      codes: { mdc: 149530, loinc: '8867-4', sdtm: 'PULSE' },
      plausible: [45, 110],
    }),
    weight: number(text('体重', '체중', 'Weight'), 'kg', [15, 250], onEvent, {
      codes: { mdc: 188736, loinc: '29463-7', sdtm: 'WEIGHT' },
      digits: 1,
    }),
    muscle_mass: number(text('筋肉量', '근육량', 'Muscle mass'), 'kg', [5, 120], onEvent, { digits: 1 }),
    body_water: number(text('体水分率', '체수분율', 'Total body water'), '%', [20, 80], onEvent, { digits: 1 }),
  },
  events: {
    out_of_range: { label: text('測定値が範囲外', '측정값 범위 벗어남', 'Reading out of range'), severity: 'medium' },
    retake: { label: text('測り直し', '재측정', 'Measure again'), severity: null },
  },
  board: ['body_temp', 'systolic', 'spo2'],
  note: MEDICAL_VALUE,
})

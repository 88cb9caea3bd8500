/** excretion.bladder_us: a worn ultrasound sensor that estimates how full the bladder is, so that help comes in time. */
import { amount, BATTERY_LEVEL, defineProfile, every, GUIDE_VALUE, number, text, yesNo } from './define.ts'

export const excretionBladderUs = defineProfile({
  id: 'excretion.bladder_us',
  version: 1,
  label: text('排泄予測センサー', '배뇨 예측 센서', 'Bladder sensor'),
  family: 'smart_elderly_care',
  priority_item: text('排泄支援(予測・検知)', '배설 지원(예측·감지)', 'Toileting (prediction, detection)'),
  role: 'watch',
  metrics: {
    fill_level: number(text('たまり具合', '방광 참 정도', 'Fill level'), '{score}', [0, 10], every(60), {
      short: text('尿量', '방광', 'Fill'),
      digits: 1,
    }),
    bladder_volume: number(text('推定尿量', '추정 방광 용적', 'Estimated volume'), 'mL', [0, 1000], every(60), {
      plausible: [0, 600],
    }),
    skin_contact: yesNo(text('皮膚への密着', '피부 밀착', 'Skin contact'), every(60)),
    battery: BATTERY_LEVEL,
  },
  events: {
    toilet_soon: {
      label: text('そろそろトイレ', '곧 화장실 필요', 'Toilet soon'),
      severity: 'low',
      attributes: { fill_level: amount(text('たまり具合', '방광 참 정도', 'Fill level'), '{score}', [0, 10]) },
    },
    voided: { label: text('排尿した', '배뇨함', 'Voided'), severity: null, codes: { mdc: 8519689 } },
    detached: { label: text('センサーが外れた', '센서 떨어짐', 'Sensor came off'), severity: 'technical' },
  },
  board: ['fill_level', 'battery'],
  status: ['model', 'fw', 'battery'],
  note: GUIDE_VALUE,
})

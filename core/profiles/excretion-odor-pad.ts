/** excretion.odor_pad: a sensor in or under the pad that smells and feels when it needs changing. */
import { defineProfile, every, GUIDE_VALUE, number, text } from './define.ts'

const ENURESIS = { mdc: 8519689 }

export const excretionOdorPad = defineProfile({
  id: 'excretion.odor_pad',
  version: 1,
  label: text('排泄検知センサー', '배설 감지 센서', 'Pad sensor'),
  family: 'smart_elderly_care',
  priority_item: text('排泄支援(予測・検知)', '배설 지원(예측·감지)', 'Toileting (prediction, detection)'),
  role: 'watch',
  metrics: {
    odor_index: number(text('におい指数', '냄새 지수', 'Odour index'), '{index}', [0, 1000], every(30), {
      short: text('におい', '냄새', 'Odour'),
    }),
    pad_humidity: number(text('パッド内湿度', '패드 습도', 'Humidity in pad'), '%', [0, 100], every(30)),
    pad_temp: number(text('パッド内温度', '패드 온도', 'Temperature in pad'), 'Cel', [10, 45], every(30), {
      plausible: [29, 36],
      digits: 1,
    }),
  },
  events: {
    urine_small: { label: text('排尿(少量)', '소변(소량)', 'Urine, little'), severity: 'low', codes: ENURESIS },
    urine_large: { label: text('排尿(多量)', '소변(다량)', 'Urine, much'), severity: 'low', codes: ENURESIS },
    stool_small: { label: text('排便(少量)', '대변(소량)', 'Stool, little'), severity: 'low', codes: ENURESIS },
    stool_large: { label: text('排便(多量)', '대변(다량)', 'Stool, much'), severity: 'medium', codes: ENURESIS },
    pad_opened: { label: text('パッドが開いた', '패드 열림', 'Pad opened'), severity: null },
    misplaced: { label: text('装着位置のずれ', '착용 위치 어긋남', 'Out of place'), severity: 'technical' },
  },
  board: ['odor_index', 'pad_humidity', 'pad_temp'],
  note: GUIDE_VALUE,
})

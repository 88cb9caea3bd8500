/** bed.load_cell: weighing feet under the bed that see the resident's weight shift before he or she is up. */
import { amount, defineProfile, every, GUIDE_VALUE, number, onEvent, text } from './define.ts'

const postures = {
  lying: text('臥位', '누움', 'Lying'),
  sitting_up: text('起き上がり', '일어나 앉음', 'Sitting up'),
  bed_edge: text('端座位', '걸터앉음', 'On bed edge'),
  out_of_bed: text('離床', '침대 이탈', 'Out of bed'),
  unclear: text('状態不明', '상태 불명', 'Unclear'),
}

export const bedLoadCell = defineProfile({
  id: 'bed.load_cell',
  version: 1,
  label: text('荷重センサー(ベッド)', '하중 센서(침대)', 'Bed load cells'),
  family: 'smart_elderly_care',
  priority_item: text('見守り(施設)', '돌봄 모니터링(시설)', 'Watching over (facility)'),
  role: 'watch',
  metrics: {
    load: number(text('荷重', '하중', 'Load'), 'kg', [0, 300], every(1), {
      short: text('荷重', '하중', 'Load'),
      plausible: [0, 150],
      digits: 1,
      codes: { mdc: 8519691 },
    }),
    cog_x: number(text('重心(横)', '무게중심(가로)', 'Centre of gravity, across'), 'cm', [-120, 120], every(1)),
    cog_y: number(text('重心(縦)', '무게중심(세로)', 'Centre of gravity, along'), 'cm', [-120, 120], every(1)),
    posture: {
      kind: 'enum',
      label: text('姿勢', '자세', 'Posture'),
      sampling: onEvent,
      values: postures,
      states: { sitting_up: 'sitting_up', bed_edge: 'bed_edge', out_of_bed: 'out_of_bed', unclear: 'unclear' },
    },
  },
  events: {
    sit_up: { label: text('起き上がり', '일어나 앉음', 'Sat up'), severity: 'low', state: 'sitting_up' },
    edge_sit: {
      label: text('端座位になった', '침대 끝에 걸터앉음', 'Sat on bed edge'),
      severity: 'medium',
      state: 'bed_edge',
    },
    bed_exit: {
      label: text('離床', '침대 이탈', 'Left the bed'),
      severity: 'medium',
      state: 'out_of_bed',
      codes: { mdc: 8519691 },
    },
    staff_load: {
      label: text('介助者の荷重', '보호자 하중 감지', 'Weight of a helper'),
      severity: null,
      attributes: { load: amount(text('荷重', '하중', 'Load'), 'kg', [0, 300]) },
    },
  },
  // Never the load: it is what somebody weighs, and a wall shows it to everybody.
  board: ['posture'],
  note: GUIDE_VALUE,
})

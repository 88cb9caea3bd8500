/** room.silhouette: a depth or outline sensor that judges posture on the device; no picture leaves it. */
import { amount, defineProfile, every, GUIDE_VALUE, HOUR_S, number, onEvent, text } from './define.ts'

const outlines = {
  lying: text('臥床', '침상에 누움', 'Lying in bed'),
  sitting_up: text('起き上がり', '일어나 앉음', 'Sitting up'),
  bed_edge: text('端座位', '걸터앉음', 'On bed edge'),
  standing: text('立位', '서 있음', 'Standing'),
  crouching: text('うずくまり', '웅크림', 'Crouching'),
  on_floor: text('床に倒れている', '바닥에 쓰러짐', 'On the floor'),
  away: text('不在', '부재', 'Away'),
  unclear: text('状態不明', '상태 불명', 'Unclear'),
}

export const roomSilhouette = defineProfile({
  id: 'room.silhouette',
  version: 1,
  label: text('シルエットセンサー', '실루엣 센서', 'Silhouette sensor'),
  family: 'smart_elderly_care',
  priority_item: text('見守り(施設)', '돌봄 모니터링(시설)', 'Watching over (facility)'),
  role: 'watch',
  metrics: {
    persons: number(text('室内の人数', '실내 인원', 'Persons in the room'), '{person}', [0, 10], every(1), {
      short: text('人数', '인원', 'Persons'),
    }),
    outline: {
      kind: 'enum',
      label: text('姿勢', '자세', 'Posture'),
      sampling: onEvent,
      values: outlines,
      states: {
        sitting_up: 'sitting_up',
        bed_edge: 'bed_edge',
        standing: 'out_of_bed',
        crouching: 'out_of_bed',
        on_floor: 'out_of_bed',
        away: 'away',
        unclear: 'unclear',
      },
    },
    fall_confidence: number(
      text('転倒判定の確信度', '낙상 판정 신뢰도', 'Confidence of a fall'),
      '1',
      [0, 1],
      onEvent,
      {
        digits: 2,
        aggregation: 'maximum',
      },
    ),
  },
  events: {
    wake_up: { label: text('起き上がり', '일어나 앉음', 'Sat up'), severity: 'low', state: 'sitting_up' },
    leave_bed: {
      label: text('離床', '침대 이탈', 'Left the bed'),
      severity: 'medium',
      state: 'out_of_bed',
      codes: { mdc: 8519691 },
    },
    fall: {
      label: text('転倒', '낙상', 'Fall'),
      severity: 'high',
      state: 'out_of_bed',
      alarm_window_s: HOUR_S,
      codes: { mdc: 8519681 },
      attributes: { confidence: amount(text('確信度', '신뢰도', 'Confidence'), '1', [0, 1]) },
    },
    crouch: { label: text('うずくまり', '웅크림', 'Crouching'), severity: 'medium', state: 'out_of_bed' },
    entry: { label: text('入室', '입실', 'Someone came in'), severity: null },
  },
  board: ['outline', 'persons'],
  note: GUIDE_VALUE,
})

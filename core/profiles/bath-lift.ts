/** bath.lift: a chair or stretcher that lets a resident down into the bath, watching water and time. */
import { amount, defineProfile, inUse, MACHINE_VALUE, number, text } from './define.ts'

export const bathLift = defineProfile({
  id: 'bath.lift',
  version: 1,
  label: text('入浴リフト', '입욕 리프트', 'Bath lift'),
  family: 'medical_robot',
  priority_item: text('入浴支援', '입욕 지원', 'Bathing support'),
  role: 'equipment',
  metrics: {
    water_temp: number(text('湯温', '물 온도', 'Water temperature'), 'Cel', [20, 60], inUse(5), {
      short: text('湯温', '수온', 'Water'),
      plausible: [36, 42],
      digits: 1,
    }),
    water_level: number(text('湯の深さ', '물 깊이', 'Water level'), 'cm', [0, 100], inUse(5)),
    immersion_time: number(text('浸かっている時間', '입욕 시간', 'Time in water'), 's', [0, 3600], inUse(5), {
      short: text('入浴', '입욕', 'Bath'),
      aggregation: 'maximum',
    }),
    seat_load: number(text('座面の荷重', '좌석 하중', 'Load on seat'), 'kg', [0, 200], inUse(1), { digits: 1 }),
  },
  events: {
    bath_start: { label: text('入浴開始', '입욕 시작', 'Bath started'), severity: null },
    bath_end: {
      label: text('入浴終了', '입욕 종료', 'Bath ended'),
      severity: null,
      attributes: { duration: amount(text('入浴時間', '입욕 시간', 'Time in bath'), 's', [0, 3600]) },
    },
    over_temp: {
      label: text('湯温が高すぎる', '물 온도 과열', 'Water too hot'),
      severity: 'high',
      attributes: { water_temp: amount(text('湯温', '물 온도', 'Water temperature'), 'Cel', [20, 60]) },
    },
    too_long: { label: text('入浴が長い', '입욕 시간 초과', 'Too long in the bath'), severity: 'medium' },
    no_motion: {
      label: text('動きがない', '움직임 없음', 'No movement'),
      severity: 'high',
      attributes: {
        still_min: amount(text('動きのない時間', '움직임 없는 시간', 'Time without movement'), 'min', [0, 60]),
      },
    },
    e_stop: { label: text('非常停止', '비상 정지', 'Emergency stop'), severity: 'high' },
  },
  board: ['water_temp', 'immersion_time'],
  note: MACHINE_VALUE,
})

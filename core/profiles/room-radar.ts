/** room.radar: a radio-wave sensor on wall or ceiling that feels presence, movement and breath through clothes and blankets. */
import { amount, defineProfile, every, GUIDE_VALUE, HOUR_S, number, text, yesNo } from './define.ts'

export const roomRadar = defineProfile({
  id: 'room.radar',
  version: 1,
  label: text('電波センサー', '전파 센서', 'Room radar'),
  family: 'smart_elderly_care',
  priority_item: text('見守り(施設・在宅)', '돌봄 모니터링(시설·재택)', 'Watching over (facility, home)'),
  role: 'watch',
  metrics: {
    presence: yesNo(text('在室', '재실', 'Someone present'), every(1)),
    movement: number(text('動きの強さ', '움직임 세기', 'Movement'), '%', [0, 100], every(1), {
      short: text('動き', '움직임', 'Move'),
      codes: { mdc: 8519687 },
    }),
    resp_rate: number(text('呼吸', '호흡', 'Breathing'), '/min', [2, 60], every(30), {
      codes: { mdc: 151562, loinc: '9279-1', sdtm: 'RESP' },
      short: text('呼吸', '호흡', 'RR'),
      plausible: [8, 25],
    }),
    heart_rate: number(text('心拍', '심박', 'Heart rate'), '/min', [20, 220], every(30), {
      short: text('心拍', '심박', 'HR'),
      codes: { loinc: '8867-4', sdtm: 'HR' },
      plausible: [45, 110],
    }),
    target_distance: number(text('対象までの距離', '대상까지 거리', 'Distance to person'), 'm', [0, 10], every(1), {
      digits: 1,
    }),
  },
  events: {
    absent_long: {
      label: text('長時間の不在', '장시간 부재', 'Away for long'),
      severity: 'medium',
      state: 'away',
      attributes: { away_min: amount(text('不在時間', '부재 시간', 'Time away'), 'min', [0, 1440]) },
    },
    no_motion: {
      label: text('動きがない', '움직임 없음', 'No movement'),
      severity: 'medium',
      attributes: {
        still_min: amount(text('動きのない時間', '움직임 없는 시간', 'Time without movement'), 'min', [0, 1440]),
      },
    },
    fall_suspected: {
      label: text('転倒の疑い', '낙상 의심', 'Possible fall'),
      severity: 'high',
      alarm_window_s: HOUR_S,
      codes: { mdc: 8519681 },
    },
  },
  board: ['resp_rate', 'heart_rate', 'movement'],
  note: GUIDE_VALUE,
})

/** A maker's own device type for the simulated trial: a ceiling radar that tells falls, which no built-in type does. */
import { profileSchema } from '../../core/profile.ts'

const text = (ja: string, ko: string, en: string) => ({ ja, ko, en })

export const fallRadar = profileSchema.parse({
  id: 'room.fall_radar',
  version: 1,
  label: text('転倒検知レーダー', '낙상 감지 레이더', 'Fall radar'),
  family: 'smart_elderly_care',
  priority_item: text('見守り', '돌봄 모니터링', 'Watching over'),
  role: 'watch',
  metrics: {
    body_height: {
      kind: 'number',
      label: text('体の高さ', '몸 높이', 'Height of the body'),
      unit: 'm',
      range: [0, 2.5],
      digits: 2,
      sampling: { how: 'periodic', seconds: 60 },
    },
  },
  events: {
    fall: { label: text('転倒', '낙상', 'Fall'), severity: 'high', alarm_window_s: 3600, state: 'unclear' },
  },
  board: ['body_height'],
  note: text('目安の値です。', '참고용 값입니다.', 'Guide values.'),
})

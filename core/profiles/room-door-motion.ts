/** room.door_motion: motion and door contacts that show where in the room or home someone is, without a picture. */
import { defineProfile, every, GUIDE_VALUE, number, onEvent, text } from './define.ts'

export const roomDoorMotion = defineProfile({
  id: 'room.door_motion',
  version: 1,
  label: text('人感・扉センサー', '동작·문 센서', 'Motion and door sensor'),
  family: 'smart_elderly_care',
  priority_item: text('見守り', '돌봄 모니터링', 'Watching over'),
  role: 'watch',
  metrics: {
    door_open: { kind: 'boolean', label: text('扉の開', '문 열림', 'Door open'), sampling: onEvent },
    motion: number(text('動き', '동작', 'Motion'), '{count}/min', [0, 600], every(60), { codes: { mdc: 8519687 } }),
    motion_detected: {
      kind: 'boolean',
      label: text('動きを検知', '움직임 감지', 'Motion detected'),
      sampling: onEvent,
      codes: { mdc: 8519687 },
    },
    toilet_stay: number(text('トイレ滞在', '화장실 체류', 'Time in toilet'), 's', [0, 7200], onEvent),
  },
  events: {
    door_open: { label: text('扉が開いた', '문이 열림', 'Door opened'), severity: null },
    toilet_in: {
      label: text('トイレに入った', '화장실에 들어감', 'Entered the toilet'),
      severity: null,
      state: 'toilet',
    },
    toilet_out: {
      label: text('トイレから出た', '화장실에서 나옴', 'Left the toilet'),
      severity: null,
      state: 'out_of_bed',
    },
    toilet_long: {
      label: text('トイレが長い', '화장실 체류 김', 'Long time in toilet'),
      severity: 'medium',
      state: 'toilet',
      attributes: {
        stay_min: {
          kind: 'number',
          label: text('滞在時間', '체류 시간', 'Time in toilet'),
          unit: 'min',
          range: [0, 120],
        },
      },
    },
    night_wander: {
      label: text('夜間の歩き回り', '야간 배회', 'Walking about at night'),
      severity: 'medium',
      state: 'away',
    },
  },
  board: ['motion'],
  note: GUIDE_VALUE,
})

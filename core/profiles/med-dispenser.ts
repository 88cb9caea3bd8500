/** med.dispenser: a box that offers each dose at its time and notices whether it was taken. */
import { amount, defineProfile, MACHINE_VALUE, number, onEvent, text, yesNo } from './define.ts'

export const medDispenser = defineProfile({
  id: 'med.dispenser',
  version: 1,
  label: text('服薬支援ロボット', '복약 지원 로봇', 'Medication dispenser'),
  family: 'medical_robot',
  priority_item: text('介護業務支援', '요양 업무 지원', 'Support of care work'),
  role: 'equipment',
  metrics: {
    doses_left: number(text('残りの回数', '남은 횟수', 'Doses left'), '{dose}', [0, 124], onEvent, {
      short: text('残り', '잔여', 'Left'),
      aggregation: 'last',
    }),
    dose_delay: number(text('服薬の遅れ', '복약 지연', 'Delay'), 'min', [0, 720], onEvent, { plausible: [0, 60] }),
    lid_open: yesNo(text('ふたの開', '덮개 열림', 'Lid open'), onEvent),
  },
  events: {
    dose_due: { label: text('服薬の時刻', '복약 시간', 'Dose due'), severity: null },
    dose_taken: {
      label: text('薬を取り出した', '약을 꺼냄', 'Dose taken out'),
      severity: null,
      attributes: { delay: amount(text('遅れ', '지연', 'Delay'), 'min', [0, 720]) },
    },
    dose_missed: { label: text('薬の取り忘れ', '복약 누락', 'Dose missed'), severity: 'medium', alarm_window_s: 3_600 },
    refill: { label: text('補充が必要', '보충 필요', 'Refill needed'), severity: 'low' },
    double_press: { label: text('二重の取り出し操作', '중복 조작', 'Pressed twice'), severity: 'low' },
  },
  board: ['doses_left', 'dose_delay'],
  note: MACHINE_VALUE,
})

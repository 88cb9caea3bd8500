/** transfer.lift_robot: a robot that lifts a resident from bed to chair, used by one member of staff. */
import { defineProfile, inUse, MACHINE_VALUE, number, onEvent, text } from './define.ts'

const load = {
  kind: 'number' as const,
  label: text('荷重', '하중', 'Load'),
  unit: 'kg',
  range: [0, 250] as [number, number],
}

export const transferLiftRobot = defineProfile({
  id: 'transfer.lift_robot',
  version: 1,
  label: text('移乗支援ロボット', '이승 지원 로봇', 'Transfer robot'),
  family: 'medical_robot',
  priority_item: text('移乗支援(非装着)', '이승 지원(비착용)', 'Transfer support (not worn)'),
  role: 'equipment',
  metrics: {
    load: number(text('荷重', '하중', 'Load'), 'kg', [0, 200], inUse(1), { digits: 1 }),
    arm_angle: number(text('アーム角度', '암 각도', 'Arm angle'), 'deg', [0, 120], inUse(1)),
    motor_current: number(text('モーター電流', '모터 전류', 'Motor current'), 'A', [0, 30], inUse(1), { digits: 1 }),
    cycles: number(text('累計動作回数', '누적 동작 횟수', 'Cycles'), '{count}', [0, 1_000_000], onEvent, {
      aggregation: 'last',
    }),
  },
  events: {
    transfer_start: { label: text('移乗開始', '이승 시작', 'Transfer started'), severity: null },
    transfer_end: {
      label: text('移乗終了', '이승 종료', 'Transfer ended'),
      severity: null,
      attributes: {
        duration: { kind: 'number', label: text('所要時間', '소요 시간', 'Duration'), unit: 's', range: [0, 3600] },
      },
    },
    overload: { label: text('過荷重', '과부하', 'Overload'), severity: 'high', attributes: { load } },
    e_stop: { label: text('非常停止', '비상 정지', 'Emergency stop'), severity: 'high' },
  },
  board: ['load'],
  note: MACHINE_VALUE,
})

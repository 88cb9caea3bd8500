/** transfer.worn_assist: a worn device that relieves the back of the member of staff who lifts. */
import { BATTERY_LEVEL, defineProfile, inUse, MACHINE_VALUE, number, onEvent, text } from './define.ts'

export const transferWornAssist = defineProfile({
  id: 'transfer.worn_assist',
  version: 1,
  label: text('装着型移乗支援', '착용형 이승 지원', 'Worn transfer assist'),
  family: 'medical_robot',
  priority_item: text('移乗支援(装着)', '이승 지원(착용)', 'Transfer support (worn)'),
  role: 'equipment',
  metrics: {
    assist_torque: number(text('アシストトルク', '보조 토크', 'Assist torque'), 'N.m', [0, 60], inUse(1), {
      digits: 1,
    }),
    trunk_angle: number(text('体幹角度', '몸통 각도', 'Trunk angle'), 'deg', [-45, 135], inUse(1)),
    biosignal: number(text('生体信号', '생체 신호', 'Biosignal'), 'uV', [0, 5000], inUse(1)),
    lifts: number(text('持ち上げ回数', '들어올린 횟수', 'Lifts'), '{count}', [0, 10_000], onEvent, {
      codes: { mdc: 8454346 },
      aggregation: 'sum',
    }),
    battery: BATTERY_LEVEL,
  },
  events: {
    lift: {
      label: text('持ち上げ', '들어올림', 'Lift'),
      severity: null,
      attributes: {
        peak_torque: {
          kind: 'number',
          label: text('最大トルク', '최대 토크', 'Peak torque'),
          unit: 'N.m',
          range: [0, 100],
        },
      },
    },
    poor_contact: { label: text('センサー接触不良', '센서 접촉 불량', 'Poor sensor contact'), severity: 'technical' },
    overheat: { label: text('過熱', '과열', 'Overheated'), severity: 'technical' },
    stop: { label: text('停止', '정지', 'Stopped'), severity: 'low' },
  },
  board: ['lifts', 'battery'],
  note: MACHINE_VALUE,
})

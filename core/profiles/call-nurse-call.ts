/** call.nurse_call: the call button at bed, toilet or bath, and how long the answer took. */
import { amount, BATTERY_LEVEL, defineProfile, HOUR_S, MACHINE_VALUE, number, onEvent, text, yesNo } from './define.ts'

const places = {
  kind: 'enum' as const,
  label: text('呼出場所', '호출 장소', 'Called from'),
  values: {
    bed: text('ベッド', '침대', 'Bed'),
    toilet: text('トイレ', '화장실', 'Toilet'),
    bath: text('浴室', '욕실', 'Bath'),
    other: text('その他', '기타', 'Elsewhere'),
  },
}

export const callNurseCall = defineProfile({
  id: 'call.nurse_call',
  version: 1,
  label: text('ナースコール', '호출 벨', 'Nurse call'),
  family: 'smart_elderly_care',
  priority_item: text('見守り・介護業務支援', '돌봄 모니터링·요양 업무 지원', 'Watching over, support of care work'),
  role: 'equipment',
  metrics: {
    call_active: yesNo(text('呼出中', '호출 중', 'Calling'), onEvent),
    response_time: number(text('応答までの時間', '응답까지 걸린 시간', 'Time to answer'), 's', [0, 3600], onEvent, {
      short: text('応答', '응답', 'Answer'),
      plausible: [0, 300],
    }),
    battery: { ...BATTERY_LEVEL, sampling: { how: 'periodic', seconds: 3_600 } },
  },
  events: {
    call: {
      label: text('呼出', '호출', 'Call'),
      severity: 'high',
      alarm_window_s: HOUR_S,
      attributes: { from: places },
    },
    answered: {
      label: text('応答した', '응답함', 'Answered'),
      severity: null,
      attributes: { after: amount(text('応答までの時間', '응답까지 걸린 시간', 'Time to answer'), 's', [0, 3600]) },
    },
    cancelled: { label: text('呼出の取消し', '호출 취소', 'Call cancelled'), severity: null },
    unreachable: {
      label: text('呼出がつながらない', '호출 연결 안 됨', 'Call does not get through'),
      severity: 'technical',
    },
  },
  board: ['call_active', 'response_time', 'battery'],
  status: ['model', 'fw', 'battery'],
  note: MACHINE_VALUE,
})

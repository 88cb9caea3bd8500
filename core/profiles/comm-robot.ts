/** comm.robot: a companion that talks and is touched; it tells how often, never what was said or to whom. */
import { defineProfile, every, GUIDE_VALUE, number, onEvent, text } from './define.ts'

export const commRobot = defineProfile({
  id: 'comm.robot',
  version: 1,
  label: text('コミュニケーションロボット', '소통 로봇', 'Companion robot'),
  family: 'medical_robot',
  priority_item: text('コミュニケーション・認知症支援', '의사소통·치매 지원', 'Communication, dementia support'),
  role: 'equipment',
  metrics: {
    interactions: number(text('やり取りの回数', '상호작용 횟수', 'Interactions'), '{count}/h', [0, 600], every(3_600), {
      short: text('会話', '대화', 'Talks'),
    }),
    speech_time: number(text('1時間の会話時間', '시간당 대화 시간', 'Speech per hour'), 's', [0, 3600], every(3_600), {
      aggregation: 'sum',
    }),
    touches: number(text('触れられた回数', '접촉 횟수', 'Touches'), '{count}', [0, 1000], every(3_600), {
      aggregation: 'sum',
    }),
    response_latency: number(text('返事までの時間', '응답 지연', 'Time to reply'), 'ms', [0, 10_000], onEvent, {
      plausible: [300, 2_000],
    }),
  },
  events: {
    no_response: {
      label: text('呼びかけに返事がない', '불러도 반응 없음', 'No answer to the robot'),
      severity: 'medium',
    },
    call_staff: {
      label: text('職員を呼んだ', '직원을 호출함', 'Called staff'),
      severity: 'high',
      alarm_window_s: 3_600,
    },
    person_recognised: { label: text('顔なじみを認識', '아는 사람 인식', 'Knew who it spoke with'), severity: null },
  },
  board: ['interactions', 'speech_time'],
  note: GUIDE_VALUE,
})

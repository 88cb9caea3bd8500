/** train.gait_assess: one short walk before a camera or sensor, turned into gait figures on the device; no picture leaves it. */
import { defineProfile, number, onEvent, TRAINING_VALUE, text } from './define.ts'

export const trainGaitAssess = defineProfile({
  id: 'train.gait_assess',
  version: 1,
  label: text('歩行評価', '보행 평가', 'Gait assessment'),
  family: 'digital_rehabilitation',
  priority_item: text('機能訓練支援', '기능 훈련 지원', 'Support of training'),
  role: 'equipment',
  metrics: {
    gait_speed: number(text('歩行速度', '보행 속도', 'Gait speed'), 'm/s', [0.05, 3], onEvent, {
      codes: { mdc: 8454254 },
      digits: 2,
    }),
    step_time: number(text('一歩の時間', '한 걸음 시간', 'Step time'), 's', [0.2, 3], onEvent, { digits: 2 }),
    asymmetry: number(text('左右差', '좌우 차이', 'Asymmetry'), '%', [0, 100], onEvent),
    sway: number(text('体の揺れ', '몸의 흔들림', 'Sway'), 'mm', [0, 300], onEvent),
    risk_score: number(text('転倒リスク点', '낙상 위험 점수', 'Fall risk score'), '{score}', [0, 100], onEvent),
  },
  events: {
    assessed: { label: text('評価した', '평가 완료', 'Assessed'), severity: null },
    unusable_video: { label: text('評価できなかった', '평가 불가', 'Could not be assessed'), severity: null },
  },
  board: ['gait_speed', 'risk_score'],
  note: TRAINING_VALUE,
})

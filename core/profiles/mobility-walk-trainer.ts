/** mobility.walk_trainer: a walker that trains walking by measured resistance and records each session. */
import { defineProfile, inUse, number, onEvent, TRAINING_VALUE, text } from './define.ts'

export const mobilityWalkTrainer = defineProfile({
  id: 'mobility.walk_trainer',
  version: 1,
  label: text('歩行訓練機', '보행 훈련기', 'Walk trainer'),
  family: 'digital_rehabilitation',
  priority_item: text('移動支援・機能訓練', '이동 지원·기능 훈련', 'Mobility and training'),
  role: 'equipment',
  metrics: {
    speed: number(text('歩行速度', '보행 속도', 'Walking speed'), 'm/s', [0, 2], inUse(1), {
      codes: { mdc: 8454254 },
      digits: 2,
    }),
    distance: number(text('歩行距離', '보행 거리', 'Distance'), 'm', [0, 5000], onEvent, {
      codes: { mdc: 8454247 },
      aggregation: 'sum',
    }),
    handle_force_left: number(text('左ハンドル力', '왼손 힘', 'Left handle force'), 'N', [0, 300], inUse(1)),
    handle_force_right: number(text('右ハンドル力', '오른손 힘', 'Right handle force'), 'N', [0, 300], inUse(1)),
    balance_left: number(text('左荷重割合', '왼쪽 체중 비율', 'Weight on left'), '%', [0, 100], inUse(1)),
    load_level: number(text('負荷レベル', '부하 단계', 'Load level'), '{level}', [0, 10], onEvent),
  },
  events: {
    session_start: { label: text('訓練開始', '훈련 시작', 'Session started'), severity: null },
    session_end: {
      label: text('訓練終了', '훈련 종료', 'Session ended'),
      severity: null,
      attributes: {
        distance: { kind: 'number', label: text('歩行距離', '보행 거리', 'Distance'), unit: 'm', range: [0, 5000] },
        duration: { kind: 'number', label: text('訓練時間', '훈련 시간', 'Duration'), unit: 's', range: [0, 7200] },
      },
    },
    sudden_brake: { label: text('急ブレーキ', '급제동', 'Sudden brake'), severity: 'low' },
    overspeed: { label: text('速度超過', '과속', 'Too fast'), severity: 'low' },
    stumble: { label: text('つまずき', '휘청거림', 'Stumble'), severity: 'medium' },
  },
  board: ['distance', 'speed'],
  note: TRAINING_VALUE,
})

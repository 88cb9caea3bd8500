/** bed.sleep_mat: a sheet under the mattress that reads breath, heartbeat and posture without touching the resident. */
import { defineProfile, every, GUIDE_VALUE, number, onEvent, text } from './define.ts'

const states = {
  asleep: text('睡眠', '수면', 'Asleep'),
  dozing: text('うとうと', '선잠', 'Dozing'),
  awake: text('覚醒', '깨어 있음', 'Awake'),
  sitting_up: text('起き上がり', '일어나 앉음', 'Sitting up'),
  bed_edge: text('端座位', '걸터앉음', 'On bed edge'),
  out_of_bed: text('離床', '침대 이탈', 'Out of bed'),
  unclear: text('状態不明', '상태 불명', 'Unclear'),
}

export const bedSleepMat = defineProfile({
  id: 'bed.sleep_mat',
  version: 1,
  label: text('睡眠マット', '수면 매트', 'Sleep mat'),
  family: 'smart_elderly_care',
  priority_item: text('見守り(施設)', '돌봄 모니터링(시설)', 'Watching over (facility)'),
  role: 'watch',
  metrics: {
    heart_rate: number(text('心拍', '심박', 'Heart rate'), '/min', [20, 220], every(60), {
      short: text('心拍', '심박', 'HR'),
      codes: { loinc: '8867-4', sdtm: 'HR' },
      plausible: [45, 110],
    }),
    resp_rate: number(text('呼吸', '호흡', 'Breathing'), '/min', [2, 60], every(60), {
      codes: { mdc: 151562, loinc: '9279-1', sdtm: 'RESP' },
      short: text('呼吸', '호흡', 'RR'),
      plausible: [8, 25],
    }),
    activity: number(text('体動', '움직임', 'Movement'), '{count}/min', [0, 1000], every(60), {
      short: text('体動', '움직임', 'Move'),
    }),
    bed_state: {
      kind: 'enum',
      label: text('ベッド上の状態', '침대 상태', 'Bed state'),
      sampling: onEvent,
      values: states,
      states: Object.fromEntries(Object.keys(states).map(state => [state, state as keyof typeof states])),
    },
    signal_quality: number(text('信号品質', '신호 품질', 'Signal quality'), '%', [0, 100], every(60)),
    night_heart_rate: number(
      text('夜間平均心拍', '야간 평균 심박', 'Night mean heart rate'),
      '/min',
      [20, 220],
      onEvent,
      { digits: 1 },
    ),
    night_heart_rate_sd: number(
      text('夜間心拍のばらつき', '야간 심박 변동', 'Night heart rate variation'),
      '/min',
      [0, 100],
      onEvent,
      { digits: 1 },
    ),
    night_resp_rate: number(text('夜間平均呼吸', '야간 평균 호흡', 'Night mean breathing'), '/min', [2, 60], onEvent, {
      digits: 1,
    }),
    night_resp_rate_sd: number(
      text('夜間呼吸のばらつき', '야간 호흡 변동', 'Night breathing variation'),
      '/min',
      [0, 60],
      onEvent,
      { digits: 1 },
    ),
    wake_after_onset: number(text('中途覚醒', '중도 각성', 'Awake after sleep onset'), 'min', [0, 1440], onEvent),
    sleep_latency: number(text('入眠潜時', '입면 시간', 'Time to fall asleep'), 'min', [0, 1440], onEvent),
    time_in_bed: number(text('臥床時間', '침상 시간', 'Time in bed'), 'min', [0, 1440], onEvent),
    total_sleep: number(text('総睡眠時間', '총 수면 시간', 'Total sleep'), 'min', [0, 1440], onEvent, {
      codes: { mdc: 8455148, loinc: '93832-4' },
    }),
    sleep_efficiency: number(text('睡眠効率', '수면 효율', 'Sleep efficiency'), '%', [0, 100], onEvent),
    snoring: number(text('いびき回数', '코골이 횟수', 'Snoring'), '{count}', [0, 10000], onEvent, {
      aggregation: 'sum',
    }),
    agitation: { kind: 'boolean', label: text('不穏', '초조', 'Agitation'), sampling: onEvent },
  },
  events: {
    bed_exit: {
      label: text('離床', '침대 이탈', 'Left the bed'),
      severity: 'medium',
      state: 'out_of_bed',
      codes: { mdc: 8519691 },
    },
    sit_up: { label: text('起き上がり', '일어나 앉음', 'Sat up'), severity: 'low', state: 'sitting_up' },
    restless: { label: text('体動が多い', '움직임 많음', 'Restless'), severity: 'low' },
    hr_range: {
      label: text('心拍が範囲外', '심박 범위 벗어남', 'Heart rate out of range'),
      severity: 'medium',
      attributes: {
        heart_rate: { kind: 'number', label: text('心拍', '심박', 'Heart rate'), unit: '/min', range: [0, 300] },
      },
    },
    rr_range: {
      label: text('呼吸が範囲外', '호흡 범위 벗어남', 'Breathing out of range'),
      severity: 'medium',
      attributes: {
        resp_rate: { kind: 'number', label: text('呼吸', '호흡', 'Breathing'), unit: '/min', range: [0, 100] },
      },
    },
    signal_unclear: {
      label: text('状態を読み取れない', '상태를 읽을 수 없음', 'Signal unclear'),
      severity: 'technical',
      state: 'unclear',
    },
    no_return: {
      label: text('ベッドに戻らない', '침대로 돌아오지 않음', 'Not back in bed'),
      severity: 'medium',
      attributes: {
        away_min: { kind: 'number', label: text('離床時間', '이탈 시간', 'Time away'), unit: 'min', range: [0, 1440] },
      },
    },
  },
  board: ['heart_rate', 'resp_rate', 'activity'],
  note: GUIDE_VALUE,
})

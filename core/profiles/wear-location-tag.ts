/** wear.location_tag: a light tag worn by residents who lose their way; it tells the zone, never coordinates. */
import { amount, BATTERY_LEVEL, defineProfile, every, GUIDE_VALUE, HOUR_S, number, text } from './define.ts'

const zones = {
  own_room: text('自室', '자기 방', 'Own room'),
  unit: text('ユニット内', '유닛 내', 'Unit'),
  corridor: text('廊下', '복도', 'Corridor'),
  common_room: text('食堂・談話室', '식당·휴게실', 'Common room'),
  bath: text('浴室', '욕실', 'Bath'),
  garden: text('庭・屋外', '정원·옥외', 'Garden'),
  entrance: text('玄関', '현관', 'Entrance'),
  outside: text('施設の外', '시설 밖', 'Outside'),
  unknown: text('不明', '알 수 없음', 'Unknown'),
}

export const wearLocationTag = defineProfile({
  id: 'wear.location_tag',
  version: 1,
  label: text('見守りタグ', '위치 태그', 'Location tag'),
  family: 'smart_elderly_care',
  priority_item: text('見守り・認知症支援', '돌봄 모니터링·치매 지원', 'Watching over, dementia support'),
  role: 'watch',
  metrics: {
    zone: {
      kind: 'enum',
      label: text('居場所', '위치 구역', 'Zone'),
      short: text('場所', '위치', 'Zone'),
      sampling: every(30),
      values: zones,
      states: { outside: 'away', garden: 'away', entrance: 'away', common_room: 'away', bath: 'away' },
    },
    signal: number(text('電波強度', '전파 세기', 'Signal'), '{dBm}', [-120, 0], every(30)),
    steps: number(text('歩数', '걸음 수', 'Steps'), '{steps}', [0, 500], every(60), {
      aggregation: 'sum',
      codes: { mdc: 8454247, loinc: '55423-8', sdtm: 'STEPS' },
      plausible: [0, 130],
    }),
    position_error: number(text('測位誤差', '위치 오차', 'Position error'), 'm', [0, 100], every(30), { digits: 1 }),
    battery: BATTERY_LEVEL,
  },
  events: {
    zone_exit: {
      label: text('エリアの外に出た', '구역을 벗어남', 'Left the area'),
      severity: 'high',
      state: 'away',
      codes: { mdc: 8519688 },
      attributes: { to: { kind: 'enum', label: text('行き先', '이동한 곳', 'Now in'), values: zones } },
    },
    sos: { label: text('助けを求めた', '도움 요청', 'Asked for help'), severity: 'high', alarm_window_s: HOUR_S },
    fall: {
      label: text('転倒', '낙상', 'Fall'),
      severity: 'high',
      alarm_window_s: HOUR_S,
      codes: { mdc: 8519681 },
      attributes: { confidence: amount(text('確信度', '신뢰도', 'Confidence'), '1', [0, 1]) },
    },
    lost: { label: text('電波が届かない', '신호 끊김', 'Out of reach'), severity: 'technical' },
    low_battery: { label: text('電池残量が少ない', '배터리 부족', 'Battery low'), severity: 'technical' },
  },
  board: ['zone', 'steps', 'battery'],
  status: ['model', 'fw', 'battery', 'rssi'],
  note: GUIDE_VALUE,
})

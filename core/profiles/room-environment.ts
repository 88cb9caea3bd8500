/** room.environment: temperature, humidity, light and air of a room, against heat stroke and heat shock. */
import { amount, defineProfile, every, GUIDE_VALUE, number, text } from './define.ts'

export const roomEnvironment = defineProfile({
  id: 'room.environment',
  version: 1,
  label: text('室内環境センサー', '실내 환경 센서', 'Room climate sensor'),
  family: 'smart_elderly_care',
  priority_item: text('見守り・介護業務支援', '돌봄 모니터링·요양 업무 지원', 'Watching over, support of care work'),
  role: 'watch',
  metrics: {
    temperature: number(text('室温', '실내 온도', 'Room temperature'), 'Cel', [-20, 60], every(60), {
      short: text('室温', '온도', 'Temp'),
      codes: { mdc: 8519694 },
      plausible: [15, 32],
      digits: 1,
    }),
    humidity: number(text('湿度', '습도', 'Humidity'), '%', [0, 100], every(60), {
      short: text('湿度', '습도', 'RH'),
      plausible: [25, 75],
    }),
    illuminance: number(text('照度', '조도', 'Light'), 'lx', [0, 100_000], every(60), { plausible: [0, 2_000] }),
    co2: number(text('CO₂濃度', 'CO₂ 농도', 'CO₂'), '[ppm]', [300, 10_000], every(60), {
      short: text('CO₂', 'CO₂', 'CO₂'),
      plausible: [400, 1_500],
    }),
  },
  events: {
    heat_stroke_risk: {
      label: text('熱中症のおそれ', '온열질환 위험', 'Risk of heat stroke'),
      severity: 'medium',
      attributes: { temperature: amount(text('室温', '실내 온도', 'Room temperature'), 'Cel', [-20, 60]) },
    },
    heat_shock_risk: {
      label: text('ヒートショックのおそれ', '급격한 온도 차 위험', 'Risk of heat shock'),
      severity: 'medium',
      attributes: { difference: amount(text('温度差', '온도 차', 'Temperature difference'), 'K', [0, 60]) },
    },
    dry: { label: text('乾燥', '건조', 'Air too dry'), severity: 'low' },
  },
  board: ['temperature', 'humidity', 'co2'],
  note: GUIDE_VALUE,
})

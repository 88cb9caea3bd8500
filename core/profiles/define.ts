/** Short forms for writing profiles down. */
import { type DeviceProfile, type ProfileInput, profileSchema, type Text } from '../profile.ts'

type MetricInput = ProfileInput['metrics'][string]
type NumberInput = Extract<MetricInput, { kind: 'number' }>

export const text = (ja: string, ko: string, en: string): Text => ({ ja, ko, en })
export const every = (seconds: number) => ({ how: 'periodic' as const, seconds })
export const inUse = (seconds: number) => ({ how: 'session' as const, seconds })
export const onEvent = { how: 'event' as const }

export const number = (
  label: Text,
  unit: string,
  range: [number, number],
  sampling: MetricInput['sampling'],
  more: Pick<NumberInput, 'codes' | 'plausible' | 'digits' | 'short' | 'aggregation'> = {},
): MetricInput => ({ kind: 'number', label, unit, range, sampling, ...more })

type AttributeInput = NonNullable<ProfileInput['events'][string]['attributes']>[string]
/** A number that comes with an event. */
export const amount = (label: Text, unit: string, range: [number, number]): AttributeInput => ({
  kind: 'number',
  label,
  unit,
  range,
})
export const yesNo = (label: Text, sampling: MetricInput['sampling']): MetricInput => ({
  kind: 'boolean',
  label,
  sampling,
})

/** An event that is as late as this is no alarm any more; falls and calls for help wait longest. */
export const HOUR_S = 3_600

/** Checks a profile as it is written down, exactly as a maker's would be. */
export const defineProfile = (input: ProfileInput): DeviceProfile => profileSchema.parse(input)

/** The note beside values that guide staff and are no medical measurement. */
export const GUIDE_VALUE = text(
  '目安の値です(医療機器ではありません)。',
  '참고용 값입니다(의료기기가 아닙니다).',
  'Guide values, not a medical measurement.',
)
export const MEDICAL_VALUE = text(
  '医療機器による測定値です。',
  '의료기기로 측정한 값입니다.',
  'Measured by a medical device.',
)
export const MACHINE_VALUE = text(
  '機器の動作記録です。',
  '기기 작동 기록입니다.',
  'Record of how the machine was used.',
)
export const TRAINING_VALUE = text(
  '訓練の記録です(診断には使えません)。',
  '훈련 기록입니다(진단에 사용할 수 없습니다).',
  'Training record, not for diagnosis.',
)
export const BATTERY_LEVEL = number(text('電池残量', '배터리 잔량', 'Battery'), '%', [0, 100], every(600), {
  codes: { mdc: 8418520 },
})

/** A few exclusive choices side by side. */
import { ToggleButton } from 'react-aria-components/ToggleButton'
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup'
import styles from './segments.module.css'

interface SegmentsProps<T extends string> {
  label: string
  value: T
  options: readonly { id: T; text: string }[]
  onChange: (value: T) => void
}

export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      className={styles.group}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={keys => {
        const [key] = [...keys]
        if (key !== undefined) onChange(key as T)
      }}
    >
      {options.map(option => (
        <ToggleButton key={option.id} id={option.id} className={styles.segment}>
          {option.text}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}

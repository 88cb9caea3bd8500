/** The form's larger fields: one of many, several of many, and a period of days, spoken and formatted in the reader's language. */
import { parseDate } from '@internationalized/date'
import { Button } from 'react-aria-components/Button'
import { Checkbox } from 'react-aria-components/Checkbox'
import { CheckboxGroup } from 'react-aria-components/CheckboxGroup'
import { DateInput, DateSegment } from 'react-aria-components/DateField'
import { DateRangePicker } from 'react-aria-components/DateRangePicker'
import { Dialog } from 'react-aria-components/Dialog'
import { Group } from 'react-aria-components/Group'
import { Heading } from 'react-aria-components/Heading'
import { Label } from 'react-aria-components/Label'
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox'
import { Popover } from 'react-aria-components/Popover'
import { CalendarCell, CalendarGrid, RangeCalendar } from 'react-aria-components/RangeCalendar'
import { Select, SelectValue } from 'react-aria-components/Select'
import { Icon } from '../parts/icon.tsx'
import styles from './fields.module.css'

interface Option {
  id: string
  text: string
  note?: string
}

interface ChoiceProps {
  label: string
  placeholder: string
  value: string | null
  options: readonly Option[]
  isInvalid: boolean
  onChange: (value: string) => void
}
export function Choice({ label, placeholder, value, options, isInvalid, onChange }: ChoiceProps) {
  return (
    <Select
      className={styles.field ?? ''}
      value={value}
      placeholder={placeholder}
      isInvalid={isInvalid}
      onChange={key => key !== null && onChange(String(key))}
    >
      <Label>{label}</Label>
      <Button className={styles.select ?? ''}>
        <SelectValue />
        <Icon name="down" className={styles.arrow} />
      </Button>
      <Popover className={styles.popover ?? ''}>
        <ListBox>
          {options.map(option => (
            <ListBoxItem key={option.id} id={option.id} className={styles.option ?? ''}>
              {option.text}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  )
}

interface ChecksProps {
  label: string
  hint: string
  value: readonly string[]
  options: readonly Option[]
  isInvalid: boolean
  onChange: (value: readonly string[]) => void
}
export function Checks({ label, hint, value, options, isInvalid, onChange }: ChecksProps) {
  return (
    <CheckboxGroup className={styles.field ?? ''} value={[...value]} onChange={onChange} isInvalid={isInvalid}>
      <Label>{label}</Label>
      <p className={styles.hint}>{hint}</p>
      <div className={styles.checks}>
        {options.map(option => (
          <Checkbox key={option.id} value={option.id} className={styles.check ?? ''}>
            <span className={styles.box}>
              <Icon name="check" className={styles.tick} />
            </span>
            <span>
              {option.text}
              {option.note && <small className="mono">{option.note}</small>}
            </span>
          </Checkbox>
        ))}
      </div>
    </CheckboxGroup>
  )
}

/** First and last day, `2026-11-23`. */
export interface Days {
  from: string
  to: string
}
interface PeriodProps {
  label: string
  hint: string
  value: Days | null
  isInvalid: boolean
  onChange: (value: Days | null) => void
}
export function Period({ label, hint, value, isInvalid, onChange }: PeriodProps) {
  return (
    <DateRangePicker
      className={styles.field ?? ''}
      value={value && { start: parseDate(value.from), end: parseDate(value.to) }}
      onChange={range => onChange(range && { from: range.start.toString(), to: range.end.toString() })}
      isInvalid={isInvalid}
      shouldForceLeadingZeros
    >
      <Label>{label}</Label>
      <p className={styles.hint}>{hint}</p>
      <Group className={styles.period ?? ''}>
        <DateInput slot="start" className={styles.date ?? ''}>
          {segment => <DateSegment segment={segment} className={styles.segment ?? ''} />}
        </DateInput>
        <span aria-hidden="true">–</span>
        <DateInput slot="end" className={styles.date ?? ''}>
          {segment => <DateSegment segment={segment} className={styles.segment ?? ''} />}
        </DateInput>
        <Button className={styles.calendarButton ?? ''}>
          <Icon name="down" />
        </Button>
      </Group>
      <Popover className={styles.popover ?? ''}>
        <Dialog className={styles.dialog ?? ''}>
          <RangeCalendar>
            <header className={styles.month}>
              <Button slot="previous" className={styles.calendarButton ?? ''}>
                <Icon name="left" />
              </Button>
              <Heading />
              <Button slot="next" className={styles.calendarButton ?? ''}>
                <Icon name="right" />
              </Button>
            </header>
            <CalendarGrid className={styles.days ?? ''}>
              {date => <CalendarCell date={date} className={styles.day ?? ''} />}
            </CalendarGrid>
          </RangeCalendar>
        </Dialog>
      </Popover>
    </DateRangePicker>
  )
}

/** Reads the TIHM recording (homes of people with dementia) as the devices that stood in these homes; faults are left in. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { MetricValue } from '../../core/messages.ts'
import { groupRows, type RecordedDevice, type RecordedRow, type Recording } from './recording.ts'
import { badRecording, localMsOf, numberOf, readTable } from './table.ts'

/** Source name → metric of vital.spot_set, and the unit in which the source must give it. */
const PHYSIOLOGY: Readonly<Record<string, { metric: string; unit: string }>> = {
  'Body Temperature': { metric: 'body_temp', unit: 'Cel' },
  'Skin Temperature': { metric: 'skin_temp', unit: 'Cel' },
  'Systolic blood pressure': { metric: 'systolic', unit: 'mm[Hg]' },
  'Diastolic blood pressure': { metric: 'diastolic', unit: 'mm[Hg]' },
  'Heart rate': { metric: 'pulse', unit: 'beats/min' },
  'Body weight': { metric: 'weight', unit: 'kg' },
  'O/E - muscle mass': { metric: 'muscle_mass', unit: 'kg' },
  'Total body water': { metric: 'body_water', unit: '%' },
}

/** Column → metric of bed.sleep_mat. The source's "var" figures are of the size of standard deviations and are taken as such. */
const NIGHT: Readonly<Record<string, string>> = {
  mean_HR: 'night_heart_rate',
  HR_var: 'night_heart_rate_sd',
  mean_RR: 'night_resp_rate',
  RR_var: 'night_resp_rate_sd',
  WASO: 'wake_after_onset',
  SOL: 'sleep_latency',
  TIB: 'time_in_bed',
  TST: 'total_sleep',
  SE: 'sleep_efficiency',
  snoring_counts: 'snoring',
}

export const isTihm = (folder: string): boolean =>
  existsSync(join(folder, 'Physiology.csv')) && existsSync(join(folder, 'activity'))

/** @throws AppError `bad_recording` for a file that is missing or a row that cannot be read */
export function readTihm(folder: string): Recording {
  const homes = readdirSync(join(folder, 'activity'))
    .filter(name => name.endsWith('.csv'))
    .sort()
  const devices = [
    ...physiology(folder),
    ...homes.flatMap(name => activity(folder, `activity/${name}`)),
    ...nights(folder),
  ]
  return { name: 'tihm', devices }
}

interface Grouped {
  device: Omit<RecordedDevice, 'rows'>
  row: RecordedRow
}

function physiology(folder: string): RecordedDevice[] {
  const table = 'Physiology.csv'
  const rows = readTable(join(folder, table)).rows.map(({ cell, where }): Grouped => {
    const person = cell('patient_id')
    const known = PHYSIOLOGY[cell('device_type')]
    const value = numberOf(cell('value'), where)
    if (!known || known.unit !== cell('unit') || value === null) throw badRecording(`${where}: unknown measurement`)
    return {
      device: { id: `tihm-${person}-vitals`, profile: 'vital.spot_set', person, table },
      row: { localMs: localMsOf(cell('date'), where), metrics: { [known.metric]: value } },
    }
  })
  return groupRows(rows)
}

/** One sensor per location. One home's file names its columns otherwise than its siblings: a firmware change. */
function activity(folder: string, table: string): RecordedDevice[] {
  const { columns, rows } = readTable(join(folder, table))
  const location = columns.includes('location') ? 'location' : 'location_name'
  const time = columns.includes('date-time') ? 'date-time' : 'date'
  const grouped = rows.map(({ cell, where }): Grouped => {
    const person = cell('id')
    const place = cell(location)
    const metrics: Record<string, MetricValue> = place.endsWith('-door')
      ? { door_open: true }
      : { motion_detected: true }
    return {
      device: { id: `tihm-${person}-${place}`, profile: 'room.door_motion', person, table },
      row: { localMs: localMsOf(cell(time), where), metrics },
    }
  })
  return groupRows(grouped)
}

/** One row a night; an empty cell is a figure that was not had, and is left out. */
function nights(folder: string): RecordedDevice[] {
  const table = 'Sleep_nightly_aggregated.csv'
  const rows = readTable(join(folder, table)).rows.map(({ cell, where }): Grouped => {
    const person = cell('patient_id')
    const metrics: Record<string, MetricValue> = {}
    for (const [column, metric] of Object.entries(NIGHT)) {
      const value = numberOf(cell(column), where)
      if (value !== null) metrics[metric] = value
    }
    const agitation = numberOf(cell('agitation'), where)
    if (agitation !== null) metrics.agitation = agitation > 0
    return {
      device: { id: `tihm-${person}-bed`, profile: 'bed.sleep_mat', person, table },
      row: { localMs: localMsOf(cell('window_start'), where), metrics },
    }
  })
  return groupRows(rows)
}

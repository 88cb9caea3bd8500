/** The way without a camera: part of a name or a room number, and large buttons for what matches. */
import { useState } from 'react'
import type { Device } from '../../../core/rest/devices.ts'
import { useCatalogue } from '../catalogue.ts'
import { useSay } from '../services.ts'
import type { Picked } from './picked.ts'
import styles from './swap-page.module.css'

const SHOWN = 5

interface TypeItProps {
  devices: readonly Device[]
  picked: Picked
  onPick: (device: Device) => void
}

export function TypeIt({ devices, picked, onPick }: TypeItProps) {
  const say = useSay()
  const catalogue = useCatalogue()
  const [text, setText] = useState('')
  const wanted = text.trim().toLowerCase()
  // What can come is known once it is known what goes: of its type, and free.
  const fitting = devices.filter(device =>
    picked.gone
      ? device.room === null && device.profile === picked.gone.profile
      : device.room !== null && (!picked.come || device.profile === picked.come.profile),
  )
  const matching = fitting.filter(
    device =>
      device.id.includes(wanted) || device.room?.label.toLowerCase().includes(wanted) || (wanted === '' && picked.gone),
  )
  const isAsked = wanted !== '' || picked.gone !== null
  const choose = (device: Device): void => {
    setText('')
    onPick(device)
  }
  return (
    <div className={styles.type}>
      <label>
        <span>{say('scan.type')}</span>
        <input
          value={text}
          onChange={event => setText(event.target.value)}
          autoCapitalize="none"
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          enterKeyHint="search"
        />
      </label>
      {isAsked && matching.length === 0 && <p className={styles.none}>{say('scan.none')}</p>}
      {isAsked && (
        <ul>
          {matching.slice(0, SHOWN).map(device => (
            <li key={device.id}>
              <button type="button" onClick={() => choose(device)}>
                <b>{device.room ? device.room.label : '—'}</b>
                <span>
                  {catalogue.deviceLabel(device.profile)}
                  <small className="mono">{device.id}</small>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

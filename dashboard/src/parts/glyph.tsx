/** One bed line, one body: the picture of every place state, the body higher as the person gets up. */
import type { ReactNode } from 'react'
import type { PlaceState } from '../../../core/place-state.ts'
import styles from './glyph.module.css'

const BED = <path d="M3 12v17M3 26h42M45 21v8" />
const MOUND = 'M16.5 23c0-4 2.5-6 7-6h11c5 0 7 2.5 7 6z'
const SHAPES: Record<PlaceState, ReactNode> = {
  asleep: (
    <>
      {BED}
      <circle cx="10" cy="19.6" r="3.6" fill="currentColor" />
      <path d={MOUND} fill="currentColor" />
    </>
  ),
  dozing: (
    <>
      {BED}
      <circle cx="10" cy="19.6" r="3.6" fill="currentColor" />
      <path d={MOUND} />
      <path d="M28 17l-6 6M35 17l-6 6M40 18.5l-4.5 4.5" />
    </>
  ),
  awake: (
    <>
      {BED}
      <circle cx="10" cy="19.6" r="3.6" />
      <path d={MOUND} />
      <path d="M10 11.5V8M5.4 12.6 3.2 9.8M14.6 12.6l2.2-2.8" />
    </>
  ),
  sitting_up: (
    <>
      {BED}
      <circle cx="16" cy="5.6" r="3.8" fill="currentColor" />
      <path strokeWidth="4.5" d="M16.5 13l2 8.5H38" />
    </>
  ),
  bed_edge: (
    <>
      <path d="M3 12v17M3 26h28M8 20.5h14" />
      <circle cx="32.5" cy="5" r="3.8" fill="currentColor" />
      <path strokeWidth="4.5" d="M32 12.5V21h8.5v8.5" />
    </>
  ),
  out_of_bed: (
    <>
      <path d="M3 13v16M3 26h22M25 22v7M8 20.5h10" />
      <circle cx="37.5" cy="4.6" r="3.6" fill="currentColor" />
      <path strokeWidth="4" d="M37.5 11v8.5" />
      <path strokeWidth="3" d="M37.5 20l-4 9.5M37.5 20l4 9.5M31.5 16l6-4 6 4" />
    </>
  ),
  toilet: (
    <>
      <path d="M8 9.5h5V21H8zM10.5 21v8.5M13 23h12c0 3.6-2.4 6.5-6 6.5M4 29.5h40" />
      <circle cx="21" cy="4.6" r="3.6" fill="currentColor" />
      <path strokeWidth="4.2" d="M20.5 11.5V17.6H34v9.6" />
    </>
  ),
  away: (
    <>
      <path d="M9 29V4h18v6M27 22v7M4 29h28" />
      <path d="M20 16h22M36 10l6 6-6 6" />
    </>
  ),
  unclear: (
    <>
      {BED}
      <path strokeDasharray="2.5 3.5" d="M7 22c0-4 4-5 8-5h18c5 0 8 1 8 5" />
      <path d="M21 7.2A3.9 3.9 0 1 1 26.5 10.5c-1.4.6-2 1.2-2 3" />
    </>
  ),
  stale: (
    <>
      {BED}
      <circle cx="24" cy="11.5" r="8" />
      <path d="M24 7v5l3.5 2" />
    </>
  ),
  offline: (
    <>
      {BED}
      <path d="M16 19.5a12 12 0 0 1 16 0M11 13a19 19 0 0 1 26 0" />
      <path d="M13 3l22 19" />
    </>
  ),
  not_installed: <path strokeDasharray="3 3.5" d="M3 12v17M3 26h42M45 21v8" />,
}

/** Always beside the state's word, so hidden from readers. */
export function Glyph({ state, className }: { state: PlaceState; className?: string | undefined }) {
  return (
    <svg
      viewBox="0 0 48 32"
      className={className ? `${styles.glyph} ${className}` : styles.glyph}
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[state]}
    </svg>
  )
}

/** The product's mark: a watching eye over a bed. */
export function Mark({ className }: { className?: string | undefined }) {
  return (
    <svg
      viewBox="0 0 32 24"
      className={className ? `${styles.mark} ${className}` : styles.mark}
      aria-hidden="true"
      focusable="false"
    >
      <path d="M3 4v18M3 18h26M29 14v8" />
      <path d="M8 13c3-6 13-6 17 0" />
      <circle cx="16.5" cy="11.5" r="1.6" fill="currentColor" />
    </svg>
  )
}

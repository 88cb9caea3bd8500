/** The small line icons; each stands beside a word or its button has a name. */
import styles from './icon.module.css'

const PATHS = {
  board: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  bed: 'M3 6v13M3 16h18M21 19v-5a3 3 0 0 0-3-3h-7v5M7 12.2a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z',
  device: 'M5 6h14v12H5zM9 18v2M15 18v2M9 10h6M9 14h3',
  data: 'M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.8-3.6 3.2-5.5 6.5-5.5s5.7 1.9 6.5 5.5M16 4.4a3.5 3.5 0 0 1 0 6.2M18 14.8c1.8.8 3 2.6 3.5 5.2',
  linkOff: 'M9 7H8a5 5 0 0 0 0 10h1M15 7h1a5 5 0 0 1 0 10h-1M4 4l16 16',
  check: 'M4.5 12.5l5 5L20 6.5',
  cross: 'M5.5 5.5l13 13M18.5 5.5l-13 13',
  down: 'M5 9l7 7 7-7',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  clock: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7v5.5l3.5 2',
  battery: 'M3 8h15v8H3zM21 11v2M6 11v2',
  download: 'M12 4v11M7 10.5l5 5 5-5M4 20h16',
  camera: 'M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z',
  key: 'M8 15a4 4 0 1 1 3.5-6H21v4h-3v3h-3.5v-3h-3A4 4 0 0 1 8 15zM7.6 11v.1',
  swap: 'M4 8h13M13 4l4 4-4 4M20 16H7M11 12l-4 4 4 4',
  copy: 'M8 8h12v12H8zM16 8V4H4v12h4',
  filter: 'M4 5h16l-6.5 8v6l-3-1.5V13z',
  table: 'M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9',
  chart: 'M4 4v16h16M7.5 15l4-5 3.5 3 4.5-6',
  eye: 'M2.5 12c3.5-7 15.5-7 19 0-3.5 7-15.5 7-19 0zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z',
  warning: 'M12 3.5 21.5 20h-19zM12 10v4.5M12 17.2v.1',
  lock: 'M5 11h14v10H5zM8 11V8a4 4 0 0 1 8 0v3',
  plus: 'M12 5v14M5 12h14',
  screen: 'M3 5h18v12H3zM8 21h8',
  wrench: 'M20 6.5a5 5 0 0 1-6.5 6L7 19l-2.5-2.5 6.5-6.5a5 5 0 0 1 6-6.5L14 6.5l.5 3 3 .5z',
  shield: 'M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6zM8.5 12l2.5 2.5 4.5-5',
  flask: 'M9.5 3v6.5L4 19.5h16L14.5 9.5V3M8 3h8M7 15h10',
  house: 'M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-5.5h4V20',
  signOut: 'M12 4H5v16h7M10 12h10M16 8l4 4-4 4',
} as const
export type IconName = keyof typeof PATHS

export function Icon({ name, className }: { name: IconName; className?: string | undefined }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className={className ? `${styles.icon} ${className}` : styles.icon}
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}

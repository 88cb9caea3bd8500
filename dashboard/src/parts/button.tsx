/** The buttons and button-like links: plain, main, and small ones inside rows. */
import type { ReactNode } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button'
import { Link } from 'wouter'
import styles from './button.module.css'

type Kind = 'plain' | 'main' | 'quiet'
const classOf = (kind: Kind, square: boolean): string =>
  [styles.button, styles[kind], square ? styles.square : ''].join(' ')

export function Button({
  kind = 'plain',
  square = false,
  ...props
}: Omit<AriaButtonProps, 'className'> & { kind?: Kind; square?: boolean }) {
  return <AriaButton {...props} className={classOf(kind, square)} />
}

export function ButtonLink({
  href,
  kind = 'plain',
  square = false,
  label,
  children,
}: {
  href: string
  kind?: Kind
  square?: boolean
  label?: string
  children: ReactNode
}) {
  return (
    <Link href={href} className={classOf(kind, square)} aria-label={label}>
      {children}
    </Link>
  )
}

/** For what the server sends itself: leaves the application. */
export function DownloadLink({
  href,
  kind = 'plain',
  square = false,
  label,
  children,
}: {
  href: string
  kind?: Kind
  square?: boolean
  label?: string
  children: ReactNode
}) {
  return (
    <a href={href} download className={classOf(kind, square)} aria-label={label}>
      {children}
    </a>
  )
}

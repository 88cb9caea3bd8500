/** The heading of a part of the side column, with what it counts below it. */
import styles from './side.module.css'

export function SideHead({ title, sub }: { title: string; sub: string }) {
  return (
    <h2 className={styles.head}>
      {title}
      <small>{sub}</small>
    </h2>
  )
}

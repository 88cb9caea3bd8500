/** The questions that auditors ask again and again, one press each. */
import { AUDIT_QUESTIONS, type AuditQuestion } from '../../../core/rest/audit.ts'
import { useSay } from '../services.ts'
import styles from './audit-page.module.css'

export function Questions({
  chosen,
  onChoose,
}: {
  chosen: AuditQuestion | null
  onChoose: (question: AuditQuestion | null) => void
}) {
  const say = useSay()
  return (
    <fieldset className={styles.questions}>
      <legend className="hidden-text">{say('audit.questions')}</legend>
      {[null, ...AUDIT_QUESTIONS].map(question => (
        <button
          key={question ?? 'all'}
          type="button"
          className={styles.question}
          aria-pressed={question === chosen}
          onClick={() => onChoose(question)}
        >
          {say(`audit.question.${question ?? 'all'}`)}
        </button>
      ))}
    </fieldset>
  )
}

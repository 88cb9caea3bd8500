/** The words of actions and of what they are about; a name that has no words yet is shown as it is. */
import type { MessageId, Say } from '../language.ts'

/** The look-up gives the id itself where there is no message. */
const wordOr = (id: string, raw: string, say: Say): string => {
  const word = say(id as MessageId)
  return word === id ? raw : word
}
export const actionWord = (action: string, say: Say): string =>
  wordOr(`audit.action.${action}`, action.startsWith('call.') ? say('audit.call') : action, say)
export const kindWord = (kind: string, say: Say): string => wordOr(`audit.kind.${kind}`, kind, say)

/** What an entry is about: a name or number, a saved question's words, or who is not known. */
export function subjectWord({ kind, id }: { kind: string; id: string }, say: Say): string {
  if (kind === 'audit') return wordOr(`audit.question.${id || 'all'}`, id, say)
  return id === '' && kind === 'user' ? say('audit.unnamed') : id
}

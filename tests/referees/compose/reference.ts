// The reference implementation of the Compose specification, as a program that tests need.
import { builtProgram } from '../../servers/find.ts'

export const composeReference = builtProgram('compose-go', 'compose', 'COMPOSE_BIN', new URL('.', import.meta.url))

// The build empties dist; git and the Go embedding want the directory to be there always.
import { writeFileSync } from 'node:fs'

writeFileSync(new URL('../dist/.keep', import.meta.url), '')

// What the test of loop, logs, metrics and rates asks the page for, by name.
import * as scenarios from './watching.ts'

Object.assign(globalThis, { scenarios })

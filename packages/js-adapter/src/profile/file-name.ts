// What code of the profile is called in guest stacks.

/** Frames of it are left out of reports. */
export const PRELUDE_FILE = 'loopwright:profile'

// The code under test: it gives a token out at most three times a minute, by the clock.
const takenAtMs = []
globalThis.take = () => {
  const now = Date.now()
  while (takenAtMs.length > 0 && takenAtMs[0] <= now - 60_000) takenAtMs.shift()
  if (takenAtMs.length === 3) return undefined
  takenAtMs.push(now)
  return Math.random().toString(36).slice(2, 8)
}
globalThis.ticker = (report) => {
  let beats = 0
  const timer = setInterval(() => {
    report(++beats, Date.now())
    if (beats === 3) clearInterval(timer)
  }, 86_400_000)
}

/**
 * Remembering what a pure function last answered of an object: for as long as the object is kept, and only where all that is asked
 * beside it is the same too. What is asked is never written to, so that the answer is the one that it would compute again.
 */

/** @param compute pure; its first argument is what the answer is kept with */
export function rememberLast<K extends object, A, B, R>(compute: (key: K, a: A, b: B) => R): (key: K, a: A, b: B) => R {
  const kept = new WeakMap<K, { readonly a: A; readonly b: B; readonly answer: R }>()
  return (key, a, b) => {
    const last = kept.get(key)
    if (last !== undefined && last.a === a && last.b === b) return last.answer
    const answer = compute(key, a, b)
    kept.set(key, { a, b, answer })
    return answer
  }
}

// The words of the page in the language of the reader.
import { ref } from 'vue'
import { en } from './en'
import { zh, type Key } from './zh'

export type Language = 'zh' | 'en'
export type { Key }

const books: Record<Language, Record<Key, string>> = { zh, en }

/** The language the page speaks now; every text that is on the screen follows it. */
export const language = ref<Language>('zh')

/** Changes the language of page and document: the browser picks Han shapes and voices by it. */
export function speak(next: Language): void {
  language.value = next
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
  document.title = t('app.title')
}

/** The words of a key in the present language, filled in. */
export function t(key: Key, fill: Record<string, string | number> = {}): string {
  return fillIn(books[language.value][key], fill)
}

/** A phrase of the server in the present language; the other one where it is missing. */
export function say(text: { zh: string; en: string } | undefined): string {
  if (!text) return ''
  return language.value === 'zh' ? text.zh || text.en : text.en || text.zh
}

/** Puts values into {name} and chooses in {n:one|many}. */
export function fillIn(text: string, fill: Record<string, string | number>): string {
  return text.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = fill[name]
    if (value === undefined) return whole
    if (one === undefined) return String(value)
    return Number(String(value).replace(/,/g, '')) === 1 ? one : (many ?? '')
  })
}

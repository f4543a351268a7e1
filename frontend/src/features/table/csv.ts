// CSV that spreadsheets open as it was meant: UTF-8 with a mark, CRLF, quotes
// where needed, and no cell that could be taken for a formula.

const bom = '\uFEFF'

/** One cell by RFC 4180. Text that a spreadsheet would run is led by an apostrophe (OWASP, "CSV Injection"); plain numbers stay numbers. */
export function cell(value: string): string {
  const isNumber = /^-?\d+(\.\d+)?$/.test(value)
  const safe = !isNumber && /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A whole file: notes on what the rows are, a header, the rows. */
export function csv(notes: readonly string[], header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => cells.map(cell).join(',')
  return `${bom}${[...notes.map((note) => line([note])), line(header), ...rows.map(line)].join('\r\n')}\r\n`
}

/** Hands a text to the person as a file. */
export function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

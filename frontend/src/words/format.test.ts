import { afterEach, describe, expect, it } from 'vitest'
import { count, degrees, instant, length, monthName, monthOf, surface } from './format'
import { language } from './words'

afterEach(() => { language.value = 'zh' })

describe('figures', () => {
  it('are grouped by thousands in both languages', () => {
    expect(count(1234567)).toBe('1,234,567')
    expect(count(0)).toBe('0')
  })
  it('of length are metres below a kilometre, then kilometres of three digits', () => {
    expect(length(999.4)).toBe('999 米')
    expect(length(1500)).toBe('1.5 公里')
    language.value = 'en'
    expect(length(123456)).toBe('123 km')
  })
  it('of surface are hectares below a square kilometre', () => {
    expect(surface(25_000)).toBe('2.5 公顷')
    language.value = 'en'
    expect(surface(33_238_000_000)).toBe('33,200 km²')
  })
  it('of place have five decimals, longitude first', () => expect(degrees(102.64, 37.93)).toBe('102.64000, 37.93000'))
})

describe('times', () => {
  it('are told in the zone of the city', () => {
    expect(instant('2016-09-30T16:00:00Z', 'Asia/Shanghai')).toBe('2016-10-01 00:00')
    expect(instant('2016-07-01T03:30:00Z', 'America/New_York')).toBe('2016-06-30 23:30')
  })
  it('that cannot be read are shown as they are', () => expect(instant('soon', undefined)).toBe('soon'))
  it('belong to the month of the city', () => expect(monthOf('2016-08-31T16:00:00Z', 'Asia/Shanghai')).toBe('2016-09'))
  it('of months are named as the language does', () => {
    expect(monthName('2016-09')).toBe('2016年9月')
    language.value = 'en'
    expect(monthName('2016-02')).toBe('Feb 2016')
  })
})

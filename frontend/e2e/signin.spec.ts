import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { address, axeFaults } from './browser'
import { Driver } from './driver'

let d: Driver
beforeAll(async () => { d = await Driver.open() })
afterEach(async () => {
  await d.browser.context.setOffline(false)
  expect(d.browser.faults.splice(0)).toEqual([])
})
afterAll(() => d.close())

it('asks for name and password, in Chinese and dark at first', async () => {
  await d.goto()
  await d.page.getByRole('heading', { name: '平安态势图' }).waitFor()
  expect(await d.page.locator('html').getAttribute('lang')).toBe('zh-CN')
  expect(await d.page.locator('html').getAttribute('data-theme')).toBe('dark')
  expect(await axeFaults(d.page)).toEqual([])
})

it('speaks English and turns light, and remembers both', async () => {
  await d.page.getByRole('button', { name: 'English' }).click()
  await d.page.getByRole('button', { name: 'Switch between dark and light' }).click()
  await d.goto()
  await d.page.getByRole('heading', { name: 'Situation map' }).waitFor()
  expect(await d.page.locator('html').getAttribute('lang')).toBe('en')
  expect(await d.page.locator('html').getAttribute('data-theme')).toBe('light')
  expect(await axeFaults(d.page)).toEqual([])
})

it('says that the password is wrong, and empties the field', async () => {
  await d.signIn({ name: Driver.account('viewer').name, password: 'certainly not this one' })
  await d.page.getByRole('alert').filter({ hasText: 'Account or password is wrong' }).waitFor()
  expect(await d.page.getByLabel('Password', { exact: true }).inputValue()).toBe('')
})

it('says so when the server cannot be reached', async () => {
  await d.browser.context.setOffline(true)
  await d.signIn(Driver.account('viewer'))
  await d.page.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor()
})

it('says how long to wait after too many attempts', async () => {
  const guess = { name: 'nobody-of-this-name', password: 'a guess of this password' }
  for (let i = 0; i < 12; i++) await d.browser.context.request.post(`${address}/api/login`, { data: guess })
  await d.signIn(guess)
  await d.page.getByRole('alert').filter({ hasText: /Try again in \d+ seconds?/ }).waitFor()
  expect(await d.page.getByRole('button', { name: 'Sign in' }).isDisabled()).toBe(true)
})

it('opens the map with the right password, and closes it again on signing out', async () => {
  const viewer = Driver.account('viewer')
  await d.goto('theme=light&lang=en')
  await d.signIn(viewer)
  await d.page.getByRole('navigation', { name: 'Tasks' }).waitFor()
  await d.page.getByRole('button', { name: viewer.name }).click()
  await d.page.getByRole('button', { name: 'Sign out' }).click()
  await d.page.getByLabel('Account', { exact: true }).waitFor()
  expect((await d.browser.context.request.get(`${address}/api/me`)).status()).toBe(401)
})

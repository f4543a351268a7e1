import { onBeforeUnmount, ref, type Ref } from 'vue'
import { serverNow } from '../server/http'

/** The present by the server's clock in milliseconds, a second at a time, while the component lives. */
export function useNow(): Ref<number> {
  const now = ref(serverNow())
  const timer = setInterval(() => { now.value = serverNow() }, 1_000)
  onBeforeUnmount(() => clearInterval(timer))
  return now
}

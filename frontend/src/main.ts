import { createApp } from 'vue'
import 'element-plus/theme-chalk/base.css'
import './ui/base.css'
import App from './App.vue'
import { followAlarms } from './state/alarms'
import { followBasemap } from './state/basemap'
import { followExtent } from './state/extent'
import { keepHistory } from './state/history'
import { followLive } from './state/live'
import { followNames } from './state/names'
import { followPlace } from './state/place'
import { followPicked } from './state/record'
import { startSession } from './state/session'
import { followGaps, followTide } from './state/tide'
import { followUnits } from './state/units'

keepHistory()
startSession()
followBasemap()
followLive()
followUnits()
followAlarms()
followTide()
followGaps()
followPlace()
followNames()
followExtent()
followPicked()
createApp(App).mount('#app')

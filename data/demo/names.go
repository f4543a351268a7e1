package demo

import (
	"fmt"
	"strings"
)

// syllable is a character that place names are made of, with its reading.
type syllable struct{ zh, en string }

func syllables(table string) []syllable {
	var list []syllable
	for _, word := range strings.Fields(table) {
		runes := []rune(word)
		list = append(list, syllable{zh: string(runes[:1]), en: string(runes[1:])})
	}
	return list
}

// Invented names join a thing of nature or craft with a form of land. No such
// pair is the name of a real township or village of Wuwei (a test compares
// all of them with the statistical code table).
const (
	nameHeads = `青qing 碧bi 翠cui 苍cang 云yun 霞xia 雨yu 雪xue 霜shuang 晨chen 晓xiao 朝zhao 柏bai 桐tong 桦hua 榆yu
		楸qiu 枫feng 竹zhu 兰lan 菊ju 荷he 苇wei 芦lu 蒲pu 莎sha 麦mai 禾he 穗sui 稻dao 棉mian 鹿lu 鹤he 雁yan 鹭lu 燕yan 莺ying
		砚yan 墨mo 琴qin 锦jin 绫ling 珠zhu 瑶yao 玉yu 琼qiong 璞pu 星xing 月yue 虹hong 岚lan 峰feng`
	nameTails = `溪xi 汀ting 洲zhou 渚zhu 屿yu 湾wan 浦pu 津jin 渡du 陂bei 塬yuan 坪ping 坞wu 岗gang 岭ling 崖ya 谷gu 峪yu
		麓lu 丘qiu 畦qi 畴chou 圃pu 苑yuan 原yuan 野ye 泽ze 渊yuan 源yuan 澜lan`
)

// placeName is an invented name without its suffix.
type placeName struct{ zh, en string }

// nameBook deals out names, none of them twice.
type nameBook struct {
	names []placeName
	next  int
}

// newNameBook shuffles all pairs; the names of a county come from one book, so
// that they are unique in it.
func newNameBook(d dice) *nameBook {
	var names []placeName
	for _, head := range syllables(nameHeads) {
		for _, tail := range syllables(nameTails) {
			names = append(names, placeName{zh: head.zh + tail.zh, en: capital(join(head.en, tail.en))})
		}
	}
	d.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return &nameBook{names: names}
}

// join writes two readings as one word, with the apostrophe that keeps a
// vowel from joining the syllable before.
func join(head, tail string) string {
	if strings.ContainsRune("aeo", rune(tail[0])) {
		return head + "'" + tail
	}
	return head + tail
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (b *nameBook) place() placeName {
	n := b.names[b.next%len(b.names)]
	b.next++
	return n
}

func (b *nameBook) street(suffix string) string { return b.place().zh + suffix }

func (b *nameBook) countyRoad() string { return b.place().zh + "线" }

// countyRef numbers county roads as X001, X002, …
func countyRef(number int) string { return fmt.Sprintf("X%03d", number) }

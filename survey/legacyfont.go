package survey

import "strings"

// Before Unicode, Hindi was typed in fonts such as Kruti Dev, which draw Devanagari shapes for Latin letters: "dqekj nsoh" looks
// like कुमार देवी in that font and in no other. Such text cannot be searched, matched or printed, so it is refused with a hint.
//
// The signs: pairs of characters that stand in Kruti Dev words but not in Latin spellings of names, and the commonest names whole.
// Measured on 14,079 Hindi name words put into Kruti Dev, each with a usual surname: all were seen. On 39,182 Latin names,
// places and addresses: five typing errors with a stray q were taken for it.
const legacyPairs = "'k ;k kj kf Fk /k qj qy Hk xk fn jq dq [k vf kg fp qf {k kS fc kx qe jf zk k; Yy t; n~ xu xq cj jt ?k ;u qr qt qn bZ aM xh " +
	"gf nq tS xj xf qg qd cs qc ql tx Dd zf {e rq lR qo yq =k Mk q\" U= kW"

const legacyCommon = "'kekZ ;kno >k Jh Jherh [kku ckbZ csxe dkSj dqekj dqekjh edku egs'k ehuk eksgEen eksgu eqds'k eukst feJk firk flag fnYyh " +
	"fnus'k fot; fouksn iRuh iky iq= iwtk izdk'k izlkn jes'k jk/kk jkds'k jke jkgqy jksfgr jkts'k jkuh js[kk lat; lhrk lksgu lqeu " +
	"lqjs'k lquhrk lquhy nkl nsoh oekZ pUn pan ukFk uxj v'kksd valkjh vfer vfuy vgen vk'kk vt; vuhrk vyh xhrk xqIrk xyh yky"

var (
	legacyPair = func() (set [128][2]uint64) {
		for p := range strings.FieldsSeq(legacyPairs) {
			set[p[0]][p[1]>>6] |= 1 << (p[1] & 63)
		}
		return set
	}()
	legacyWord = func() map[string]bool {
		set := map[string]bool{}
		for w := range strings.FieldsSeq(legacyCommon) {
			set[w] = true
		}
		return set
	}()
)

// isLegacyHindi reports whether an ASCII text is Hindi in a legacy font. Enough is the number of signs that it takes, 2 for a name and 3 for
// an address, where "/k" and the like may stand by chance; a whole word is two signs.
func isLegacyHindi(s string, enough int) bool {
	signs, start := 0, 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == ' ' {
			if i-start >= 2 && legacyWord[s[start:i]] {
				signs += 2
			}
			start = i + 1
			continue
		}
		if s[i] >= 0x80 {
			return false
		}
		if i > start && legacyPair[s[i-1]][s[i]>>6]>>(s[i]&63)&1 == 1 {
			signs++
		}
	}
	return signs >= enough
}

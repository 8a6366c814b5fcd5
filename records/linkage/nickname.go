package linkage

import "strings"

// nicknames groups English short forms with their long ones; of several, each may be meant. Indian names have few that are not
// plain beginnings. Agreement through them is weak evidence, in the same level as an initial.
var nicknames = map[string]string{
	"bob": "robert", "rob": "robert", "bobby": "robert", "robby": "robert", "robin": "robert", "bert": "robert albert herbert", "bill": "william",
	"will": "william", "billy": "william", "willy": "william", "liam": "william", "dick": "richard", "rick": "richard", "dicky": "richard",
	"jim": "james", "jimmy": "james", "jamy": "james", "jack": "john", "johnny": "john", "ian": "john", "harry": "henry", "hal": "henry",
	"ted": "edward theodore edmund", "teddy": "edward theodore edmund", "ned": "edward edmund", "ed": "edward edmund", "eddy": "edward edmund",
	"tom": "thomas", "tommy": "thomas", "mike": "michael", "mick": "michael", "dave": "david", "davy": "david", "joe": "joseph", "jo": "joseph josephine",
	"tony": "anthony", "andy": "andrew", "drew": "andrew", "charly": "charles", "chuck": "charles", "sam": "samuel", "sammy": "samuel",
	"ben": "benjamin", "benny": "benjamin", "dan": "daniel", "danny": "daniel", "matt": "matthew", "fred": "frederick alfred", "freddy": "frederick alfred",
	"alf": "alfred", "al": "albert alfred", "alex": "alexander", "alec": "alexander", "alick": "alexander", "sandy": "alexander", "chris": "christopher",
	"kit": "christopher", "nick": "nicholas", "steve": "stephen", "pete": "peter", "larry": "lawrence", "gus": "augustus", "frank": "francis",
	"walt": "walter", "wat": "walter", "phil": "philip", "hugo": "hugh", "pat": "patrick", "paddy": "patrick", "ike": "isaac", "ernie": "ernest",
	"reggy": "reginald", "rex": "reginald", "abe": "abraham", "archy": "archibald", "len": "leonard", "jon": "jonathan john", "georgy": "george",
	"nat": "nathaniel", "gil": "gilbert", "theo": "theodore", "syd": "sidney", "rafe": "ralph", "ally": "alice", "vicky": "vikas victoria",
	"peggy": "margaret", "maggy": "margaret", "meg": "margaret", "madge": "margaret", "liz": "elizabeth", "lizzy": "elizabeth", "betty": "elizabeth",
	"eliza": "elizabeth", "beth": "elizabeth", "bess": "elizabeth", "kate": "catherine", "katy": "catherine", "kitty": "catherine", "cathy": "catherine",
	"polly": "mary", "molly": "mary", "nancy": "anne", "annie": "anne", "ann": "anne", "anna": "anne hannah", "sally": "sarah", "sady": "sarah",
	"fanny": "frances", "nell": "helen ellen eleanor", "nelly": "helen ellen eleanor", "nora": "eleanor", "jenny": "jane jennifer", "janet": "jane",
	"lotty": "charlotte", "hatty": "harriet", "carry": "caroline", "patty": "martha", "dolly": "dorothy", "dora": "dorothy theodora", "bella": "isabella",
	"flo": "florence", "hetty": "henrietta", "tilly": "matilda", "maud": "matilda", "bea": "beatrice", "sukey": "susan",
	"wm": "william", "thos": "thomas", "chas": "charles", "jas": "james", "jno": "john", "geo": "george", "robt": "robert", "richd": "richard",
	"saml": "samuel", "danl": "daniel", "fredk": "frederick", "alexr": "alexander", "hy": "henry", "jos": "joseph", "edwd": "edward",
	"gulielmus": "william", "guilielmus": "william", "carolus": "charles", "jacobus": "james", "johannes": "john", "ioannes": "john", "johan": "john",
	"henricus": "henry", "georgius": "george", "ricardus": "richard", "eduardus": "edward", "franciscus": "francis", "petrus": "peter", "hugonis": "hugh",
	"pappu": "pappu", "guddu": "guddu", "munna": "munna", "babloo": "bablu", "monu": "manoj", "sonu": "sonu", "raju": "rajesh", "sanju": "sanjay",
	"ajju": "ajay", "rinku": "rinku", "pinky": "pinki", "bittoo": "bittu", "vijju": "vijay",
}

// longForms are the names that a short form may stand for, separated by spaces; bobbie is bobby.
func longForms(word string) string {
	if long := nicknames[word]; long != "" || !strings.HasSuffix(word, "ie") {
		return long
	}
	return nicknames[word[:len(word)-2]+"y"]
}

func sameNickname(a, b string) bool {
	x, y := longForms(a), longForms(b)
	if x == "" && y == "" {
		return false
	}
	for long := range strings.FieldsSeq(x) {
		if long == b || containsWord(y, long) {
			return true
		}
	}
	return containsWord(y, a)
}

// isLongForm has the names that nicknames stand for.
var isLongForm = func() map[string]bool {
	m := map[string]bool{}
	for _, long := range nicknames {
		for l := range strings.FieldsSeq(long) {
			m[l] = true
		}
	}
	return m
}()

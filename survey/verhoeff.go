package survey

// Verhoeff's check digit (J. Verhoeff, Error Detecting Decimal Codes, 1969): Aadhaar and ABHA numbers end in one.

var verhoeffTimes = [10][10]byte{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
	{1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
	{2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
	{3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
	{4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
	{5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
	{6, 5, 9, 8, 7, 1, 0, 4, 3, 2},
	{7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
	{8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
	{9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
}

var verhoeffTurn = [8][10]byte{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
	{1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
	{5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
	{8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
	{9, 4, 5, 3, 1, 2, 6, 8, 7, 0},
	{4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
	{2, 7, 9, 3, 8, 0, 6, 4, 1, 5},
	{7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
}

var verhoeffInverse = [10]byte{0, 4, 3, 2, 1, 5, 6, 7, 8, 9}

// ValidVerhoeff reports whether a text of ASCII digits ends in its Verhoeff check digit. Anything else is not valid.
func ValidVerhoeff(digits string) bool {
	if !allDigits(digits) {
		return false
	}
	var c byte
	for i := 0; i < len(digits); i++ {
		c = verhoeffTimes[c][verhoeffTurn[i%8][digits[len(digits)-1-i]-'0']]
	}
	return c == 0
}

// VerhoeffDigit is the check digit, '0' to '9', that makes digits followed by it valid. Digits must be ASCII digits.
func VerhoeffDigit(digits string) byte {
	var c byte
	for i := 0; i < len(digits); i++ {
		c = verhoeffTimes[c][verhoeffTurn[(i+1)%8][digits[len(digits)-1-i]-'0']]
	}
	return '0' + verhoeffInverse[c]
}

package main

import (
	"os"
	"syscall"
)

// understandsANSI asks the console to obey escape sequences; those before Windows 10 do not.
func understandsANSI(f *os.File) bool {
	const enableVirtualTerminalProcessing = 4
	handle := syscall.Handle(f.Fd())
	var mode uint32
	if err := syscall.GetConsoleMode(handle, &mode); err != nil {
		return false
	}
	set := syscall.NewLazyDLL("kernel32.dll").NewProc("SetConsoleMode")
	done, _, _ := set.Call(uintptr(handle), uintptr(mode|enableVirtualTerminalProcessing)) //nolint:errcheck // done says it
	return done != 0
}

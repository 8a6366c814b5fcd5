package main

var hostileArchives, hostileWorkbooks []hostile

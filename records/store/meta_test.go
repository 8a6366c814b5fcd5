package store_test

import (
	"errors"
	"strconv"
	"testing"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

func TestOfTwoHomesThatMeetAtAStoreOneGetsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s, err := store.Create(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		const homes = 8
		errs := make(chan error, homes)
		for i := range homes {
			go func() {
				errs <- s.SaveHome(t.Context(), records.Home{ID: "home-" + strconv.Itoa(i), Role: records.RoleCentre})
			}()
		}
		got := 0
		for range homes {
			switch err := <-errs; {
			case err == nil:
				got++
			case !errors.Is(err, records.ErrExists):
				t.Error(err)
			}
		}
		if got != 1 {
			t.Errorf("%d homes were told that the store is theirs", got)
		}
	})
}

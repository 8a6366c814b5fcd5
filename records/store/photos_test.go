package store_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// photoOn is the hash that the latest version of a number was issued with.
func photoOn(t *testing.T, s *store.Store, number string) string {
	t.Helper()
	versions, err := s.CardsNumbered(t.Context(), []string{number})
	if err != nil {
		t.Fatal(err)
	}
	var f cards.Face
	if err := json.Unmarshal(versions[0].Face, &f); err != nil {
		t.Fatal(err)
	}
	return f.Photo
}

func TestAPhotoLivesAsLongAsACardShowsIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 3)
		if err := s.SaveLinkage(ctx, records.Linked{Persons: slices.Values(alone(ids))}); err != nil {
			t.Fatal(err)
		}
		is := issuer(t, s, true, 100)
		life := lifeOf(s, is, &noted{})
		take := func(id, bytes string) string {
			t.Helper()
			h, err := records.Photographed(ctx, s, "", id)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := records.TakePhoto(ctx, s, h, []byte(bytes), "tester", records.Stamp(is.Now)); err != nil {
				t.Fatal(err)
			}
			h, err = records.Photographed(ctx, s, "", id)
			if err != nil || h.Photo != records.Hash([]byte(bytes)) {
				t.Fatalf("the next card shows %q: %v", h.Photo, err)
			}
			return h.Photo
		}
		holds := func(hash, want string) {
			t.Helper()
			got, err := s.Picture(ctx, hash)
			switch {
			case want == "gone" && !errors.Is(err, records.ErrNotFound):
				t.Errorf("a photo that nobody shows is %q, %v", got, err)
			case want != "gone" && (err != nil || string(got) != want):
				t.Errorf("a photo is %q, %v; want %q", got, err, want)
			}
		}
		correct := func(number string, want string) {
			t.Helper()
			if stead, err := life.Correct(ctx, number); err != nil || !stead.New {
				t.Fatalf("%+v, %v", stead, err)
			}
			if stead, err := life.Correct(ctx, number); err != nil || !stead.Already {
				t.Fatalf("again: %+v, %v", stead, err)
			}
			if got := photoOn(t, s, number); got != want {
				t.Errorf("the next version shows %q, want %q", got, want)
			}
		}

		first := take(ids[0], "first")
		second := take(ids[0], "second")
		holds(first, "gone") // no card shows it
		mustIssue(t, is)
		number := numberOf(t, s, ids[0])
		if got := photoOn(t, s, number); got != second {
			t.Errorf("the first version shows %q", got)
		}
		third := take(ids[0], "third")
		correct(number, third)
		holds(second, "second") // version 1 shows it

		other := numberOf(t, s, ids[1])
		shared := take(ids[1], "third") // the same bytes
		if shared != third {
			t.Fatal("stored twice")
		}
		correct(other, third)
		h, err := records.Photographed(ctx, s, other, "")
		if err != nil || h.ID != ids[1] {
			t.Fatalf("%+v, %v", h, err)
		}
		if err := s.DropPhoto(ctx, h.ID); err != nil {
			t.Fatal(err)
		}
		correct(other, "")

		if _, err := life.End(ctx, number, records.Ending{State: records.ResidentWithdrawn}); err != nil {
			t.Fatal(err)
		}
		holds(second, "")
		holds(third, "third") // the other one's version 2 shows it
		if _, err := records.Photographed(ctx, s, number, ""); !errors.Is(err, records.ErrLeft) {
			t.Errorf("a photo of somebody who withdrew: %v", err)
		}
		if _, err := life.End(ctx, other, records.Ending{State: records.ResidentWithdrawn}); err != nil {
			t.Fatal(err)
		}
		holds(third, "")
		if _, err := records.Photographed(ctx, s, "", "nobody"); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("a photo of nobody: %v", err)
		}
	})
}

package cube

// Count counts the points that a question is about by cells.
func (v *View) Count(q Query, into *Counts) error {
	if err := q.check(); err != nil {
		return err
	}
	p := v.plan(&q, q.Resolution)
	defer p.release()
	into.reset(q.Resolution)
	if !p.never {
		p.pieces = p.where.find(p.pieces)
		p.countAll(p.pieces, q.Workers, into)
	}
	into.merge(p.collect(v, p.sift(v, &q)))
	return nil
}

// Total counts the points that a question is about.
func (v *View) Total(q Query) (int64, error) {
	if err := q.check(); err != nil {
		return 0, err
	}
	p := v.plan(&q, total)
	defer p.release()
	n := int64(0)
	switch {
	case p.never:
	case p.areasByDay(&q):
		for rank := range p.allowedRanks(&q) {
			n += p.base.cubes.areas.sum(p, rank, rank+1)
		}
	default:
		p.pieces = p.where.find(p.pieces)
		for _, piece := range p.pieces {
			n += p.sum(int(piece.level), piece.from, piece.to)
		}
	}
	for _, i := range p.sift(v, &q) {
		n += int64(v.tail.signs[i])
	}
	return n, nil
}

func (v *View) plan(q *Query, target int) *plan {
	p := plans.Get().(*plan)
	p.prepare(v, q, target)
	return p
}

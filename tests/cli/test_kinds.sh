#!/usr/bin/env bash
# Other means, sets, rankings, boxes, standardised rates, moments, --deff, --factor and the mark of heavy tails, from the command.
# Numbers: sums by hand on the files below; R survey 4.1-1 where its data are beside the project (tests/reference/means.R, cases A05...).
. tests/cli/lib.sh
need_program
run() { "$program" "$@" --format csv --quiet >"$tmp/e.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }
is() { near "$1" "$(cell "$tmp/e.csv" "$2" "$3")" "$4" "${5:-1e-9}"; }
says() { [ "$(cell "$tmp/e.csv" "$2" "$3")" = "$4" ] || fail "$1: $2 is '$(cell "$tmp/e.csv" "$2" "$3")', not '$4'"; }

cat >"$tmp/six.csv" <<'CSV'
w,h,y,a,b,c,r1,r2,r3,p1,p2,sat,drink,also
1,1,5,1,0,0,1,2,3,tea,milk,5,tea,milk
2,1,4,1,1,1,2,1,,milk,tea,4,milk,
3,1,7,0,1,0,,1,2,milk,wine,3,tea,tea
1,2,2,0,0,2,,,,,,2,,
2,2,8,1,,,1,3,2,tea,wine,1,wine,tea
3,2,1,,,,2,1,3,milk,tea,5,milk,wine
CSV
six="$tmp/six.csv"
w="--weights w --strata h"

# exp(sum w log y / 12), 12 / sum(w/y)
run mean $six y $w --kind geometric
is geometric estimate 1 3.51128574252
says geometric statistic 1 geometric
run mean $six y $w --kind harmonic
is harmonic estimate 1 2.45973645681
# a twelfth, one unit of weight, off each end: (1x2 2 4x2 5 7x3 8)/10
run mean $six y $w --kind trimmed --tails 0.0833333333333333333
is trimmed estimate 1 4.6
run mean $six y $w --kind winsorised --tails 0.25,0
is winsorised estimate 1 4.83333333333
run mean $six y $w --kind trimmed --tails 0.25 --by h --gap overall
[ "$(awk -F, '$3 == "gap"' "$tmp/e.csv" | wc -l)" = 2 ] || fail "gaps of trimmed means: $(cat "$tmp/e.csv")"

# a: 5 of 8 who chose anything; answers: 5 + 5 + 2 of 12
run prop $six 'multi(a,b,c)' $w
says set indicator 1 multi=a
says set statistic 1 share_of_cases
is set.a estimate 1 0.625
is set.c estimate 3 0.25
run prop $six 'multi(a,b,c)' $w --of answers
is answers.a estimate 1 0.416666666667
says answers statistic 3 share_of_answers
run prop $six 'multi(a,b,c)' $w --base valid
is valid.a estimate 1 0.555555555556
run prop $six 'multi(a,b,c)' $w --base all
is all.a estimate 1 0.416666666667
run prop $six 'multi(a,b,c)' $w --base 'w < 3'
is asked.a estimate 1 0.833333333333
run prop $six 'multi(a,b,c)' $w --counted 2
is counted estimate 3 1
run prop $six 'multi(drink, also)' $w
says categories indicator 1 multi=tea
is tea estimate 1 0.545454545455
run prop $six 'multi(drink, also)' $w --counted tea --base all
is counted.tea estimate 1 0.333333333333

run mean $six 'rank(r1,r2,r3)' $w
is rank.mean estimate 1 1.625
says rank indicator 1 rank=r1
says rank statistic 1 mean_rank
run mean $six 'rank(r1,r2,r3)' $w --rank borda
is borda estimate 2 2.54545454545
run prop $six 'rank(r1,r2,r3)' $w
is first estimate 1 0.272727272727
says first statistic 1 ranked_first
run prop $six 'rank(r1,r2,r3)' $w --rank top2
is top2 estimate 1 0.727272727273
run prop $six 'places(p1,p2)' $w
says places indicator 1 places=tea
is places estimate 1 0.272727272727

run prop $six sat $w --box top2
is box.top2 estimate 1 0.5
says box statistic 1 top2
run prop $six sat $w --box net
is box.net estimate 1 0.25
run prop $six sat $w --box net --top 5 --bottom 1
is box.named estimate 1 0.166666666667
# 0 to 10: 9 and 10 less 0 to 6, of 12: 1x9 2x10 3x7 1x0 2x6 3x8
printf 'w,p\n1,9\n2,10\n3,7\n1,0\n2,6\n3,8\n' >"$tmp/nps.csv"
run prop "$tmp/nps.csv" p --weights w --box nps
is nps estimate 1 0 1e-12
says nps statistic 1 nps

# one stratum of age and two groups: 0.7 (1x5 + 2x4)/3 + 0.3 x 7 and so on
cat >"$tmp/ages.csv" <<'CSV'
w,g,age,sex,y,u
1,A,young,f,5,1
2,A,young,m,4,0
3,A,old,f,7,1
1,A,old,m,2,0
2,B,young,f,8,1
3,B,young,m,1,0
2,B,old,f,6,1
1,B,middle,m,3,1
CSV
ages="$tmp/ages.csv"
run mean $ages y --weights w --standardize age --standard 'young=70, old=30, middle=0' --by g
is standard.A estimate 1 4.75833333333
is standard.B estimate 2 4.46
says standard statistic 1 standardized_mean
printf 'age,share\nyoung,7\nold,3\nmiddle,0\n' >"$tmp/standard.csv"
run mean $ages y --weights w --standardize age --standard "$tmp/standard.csv" --by g
is standard.file estimate 2 4.46
run prop $ages 'u == 1' --weights w --standardize age,sex --standard 'young/f=1, young/m=1, old/f=1, old/m=1, middle/m=0' --where 'g == "A"'
is standard.crossed estimate 1 0.5
run ratio $ages y/w --weights w --standardize age --standard 'young=1, old=1, middle=0' --by g
is standard.ratio estimate 1 2.45
# group A has nobody of middle age
run mean $ages y --weights w --standardize age --standard 'young=1; old=1; middle=1' --by g
says standard.empty na_reason 1 "no answer in a cell of the standard"
is standard.B.3 estimate 2 4.26666666667
# a crossing that nobody is in, of levels that occur
run mean $ages y --weights w --standardize age,sex --standard 'young/f=1, young/m=1, old/f=1, old/m=1, middle/f=1, middle/m=1'
says standard.nobody na_reason 1 "no answer in a cell of the standard"

# numbers and texts as categories
run total $ages age --weights w --factor age
says factor indicator 1 age=young
is factor.young estimate 1 8
is factor.old estimate 2 6
run total $ages u --weights w --factor u --by g
is factor.u0 estimate 1 3
is factor.u1 estimate 2 4
run mean $ages u --weights w --factor u
is factor.mean estimate 2 0.6
says factor.mean indicator 2 u=1
run prop $ages w --weights w --factor w
is factor.prop estimate 1 0.2
"$program" tab $ages u g --weights w --factor u --test none >/dev/null || fail "tab --factor"

# sum w (y - 14/3)^2 / 15 x 8/7, and the correlation with w
run moment $ages y --weights w
is variance estimate 1 7.11111111111
run moment $six y w --weights w
says moment statistic 1 correlation
says moment indicator 1 'y*w'
is correlation estimate 1 -0.0553901874589
run moment $ages y w --weights w --of covariance --by g
is covariance.A estimate 1 1.68707482993

# the share of the largest: one case of three hundred holds over a fifth; a 0/1 variable is not marked
awk 'BEGIN { print "w,y,u,g"; for (i = 1; i <= 300; i++) print 1 "," (i == 7 ? 1000 : i == 8 || i == 9 ? 500 : 10) "," (i == 7) "," (i > 150) }' >"$tmp/tail.csv"
run total "$tmp/tail.csv" y --weights w
says tail quality 1 "heavy tail: top 1% hold 40%"
run mean "$tmp/tail.csv" y --weights w --by g
says tail.0 quality 1 "heavy tail: top 1% hold 36%"
says tail.1 quality 2 ""
run total "$tmp/tail.csv" u --weights w
says tail.u quality 1 ""
"$program" total "$tmp/tail.csv" y --weights w --by g | grep -q '^  y, 0: heavy tail: top 1% hold 36%$' || fail "tail in a table"
"$program" total "$tmp/tail.csv" y --weights w --format json | grep -q '"quality":"heavy tail: top 1% hold 40%"' || fail "tail in json"

# replicates: the estimate is made again under each
run mean $six y $w --kind trimmed --tails 0.1 --make-reps jkn
is trimmed.jkn estimate 1 "$("$program" mean $six y $w --kind trimmed --tails 0.1 --format csv | awk -F, 'NR == 2 { print $4 }')"
run prop $six 'multi(a,b,c)' $w --make-reps jkn --of answers
is answers.jkn estimate 1 0.416666666667
run mean $six y --weights w --rake 'h: 1=20, 2=10' --kind geometric
is geometric.raked estimate 1 4.07587644271

# what is refused
run_fails 1 "y: case 4: the value is -2: a geometric mean needs values above 0" "$program" mean <(sed 's/^1,2,2,/1,2,-2,/' $six) y $w --kind geometric
run_fails 2 "'median' is not a mean" "$program" mean $six y $w --kind median
run_fails 2 "belongs to --kind trimmed" "$program" mean $six y $w --tails 0.1
run_fails 2 "is not two shares" "$program" mean $six y $w --kind trimmed --tails 0.1,x
run_fails 2 "together they are below 1" "$program" mean $six y $w --kind trimmed --tails 0.6,0.5
run_fails 2 "'both' is not replace or wor" "$program" mean $six y $w --deff both
run_fails 2 "a set has shares" "$program" mean $six 'multi(a,b)' $w
run_fails 2 "'people' is not cases or answers" "$program" prop $six 'multi(a,b)' $w --of people
run_fails 2 "no set of this name: make one with multi" "$program" prop $six '$goods' $w
run_fails 2 "did you mean 'a'\|no column\|z" "$program" prop $six 'multi(a,z)' $w
run_fails 2 "'x' is not a number, and a holds numbers" "$program" prop $six 'multi(a,b)' $w --counted x
run_fails 2 "is not first or top3" "$program" prop $six 'rank(r1,r2,r3)' $w --rank mean
run_fails 2 "best 9 of 3 places" "$program" prop $six 'rank(r1,r2,r3)' $w --rank top9
run_fails 1 "sat: case 1: the rank is 5" "$program" prop $six 'rank(sat,r2,r3)' $w
run_fails 2 "'upper' is not top2" "$program" prop $six sat $w --box upper
run_fails 2 "belong to --box" "$program" prop $six sat $w --top 5
run_fails 1 "no case of sat is above 6" "$program" prop $six sat $w --box nps
run_fails 2 "a standard needs both" "$program" mean $ages y --weights w --standardize age
run_fails 2 "'young' is not LEVEL=SHARE" "$program" mean $ages y --weights w --standardize age --standard 'young, old=1'
run_fails 2 "no case has the level 'yong' of age: did you mean 'young'" "$program" mean $ages y --weights w --standardize age --standard 'yong=1, old=1'
run_fails 2 "'middle' of age has no share: give one" "$program" mean $ages y --weights w --standardize age --standard 'young=1, old=1'
run_fails 2 "it takes the arithmetic mean" "$program" mean $ages y --weights w --kind harmonic --standardize age --standard 'young=1, old=1, middle=1'
run_fails 2 "did you mean 'age'" "$program" total $ages age --weights w --factor agee
run_fails 2 "not a number.*--factor age" "$program" mean $ages age --weights w --kind geometric
run_fails 2 "'skew' is not variance" "$program" moment $ages y --weights w --of skew
run_fails 2 "a covariance is of two variables, not 1" "$program" moment $ages y --weights w --of covariance
run_fails 2 "needs a number" "$program" moment $ages age --weights w
run_fails 2 "'beta' is not wald" "$program" moment $ages y w --weights w --ci beta

# cases A05, A06, A16, A17, A21, Q01 of R survey 4.1-1
ref=../shared/reference/data
[ -f $ref/apistrat.csv ] || finish
run mean $ref/apistrat.csv api00 --weights pw --strata stype --fpc fpc --deff wor
is A05 deff 1 1.2044572685377168
run total $ref/apistrat.csv enroll --weights pw --strata stype --fpc fpc --deff wor
is A06 deff 1 0.36201812236340364
run mean $ref/apiclus1.csv api00 --weights pw --cluster dnum --fpc fpc --deff wor
is A16 deff 1 9.3458694505909499
run total $ref/apiclus1.csv enroll --weights pw --cluster dnum --fpc fpc --deff wor
is A17 deff 1 31.310656094349433
run mean $ref/apiclus2.csv api00 --cluster dnum,snum --fpc fpc1,fpc2 --deff wor
is A21 deff 1 6.2505137557125794
run prop $ref/apiclus1.csv 'multi(sch.wide, comp.imp, both, awards)' --counted Yes --base all --weights pw --cluster dnum --fpc fpc
is Q01.m1 estimate 1 0.87431693989071035
is Q01.m1.se std.error 1 0.02035947724462743
is Q01.m4.se std.error 4 0.033018299553718856
run mean $ref/nhanes.csv HI_CHOL --weights WTMEC2YR --strata SDMVSTRA --cluster SDMVPSU --nest --standardize agecat --standard '(0,19]=55901; (19,39]=77670; (39,59]=72816; (59,Inf]=45364'
is standard.nhanes estimate 1 0.10587335931874145
is standard.nhanes.se std.error 1 0.0053442986596334311
finish

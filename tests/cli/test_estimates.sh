#!/usr/bin/env bash
# The estimate commands against R survey 4.1.1 on R 4.2.2: expectations made by tests/reference/shops.R.
. tests/cli/lib.sh
need_program
data=tests/cli/data/shops.csv
design="--weights weight --strata stratum --cluster psu --format csv"
est() { "$program" "$@" $design >"$tmp/e.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }

est mean $data spend
near mean "$(cell "$tmp/e.csv" estimate 1)" 122.44047619
near mean.se "$(cell "$tmp/e.csv" std.error 1)" 37.5784484509
near mean.low "$(cell "$tmp/e.csv" conf.low 1)" 18.1059769281
near mean.high "$(cell "$tmp/e.csv" conf.high 1)" 226.774975453
near mean.df "$(cell "$tmp/e.csv" df 1)" 4
near mean.n "$(cell "$tmp/e.csv" n 1)" 11
head -1 "$tmp/e.csv" | tr -d '\r' | grep -qx 'wave,indicator,statistic,estimate,std.error,conf.low,conf.high,conf.level,df,n,n_eff,deff,cv,unit,quality,na_reason,method' ||
  fail "columns: $(head -1 "$tmp/e.csv")"

est total $data spend
near total "$(cell "$tmp/e.csv" estimate 1)" 20570
near total.se "$(cell "$tmp/e.csv" std.error 1)" 7766.26679943

est mean $data spend --by residence
rural=1; urban=2
[ "$(cell "$tmp/e.csv" residence 1)" = rural ] || { rural=2; urban=1; }
near rural "$(cell "$tmp/e.csv" estimate $rural)" 55.8163265306
near rural.se "$(cell "$tmp/e.csv" std.error $rural)" 14.0937131708
near urban "$(cell "$tmp/e.csv" estimate $urban)" 215.714285714
near urban.se "$(cell "$tmp/e.csv" std.error $urban)" 40.6274815024

est ratio $data spend/online
near ratio "$(cell "$tmp/e.csv" estimate 1)" 205.7
near ratio.se "$(cell "$tmp/e.csv" std.error 1)" 45.0666560552

est prop $data satisfied
for i in 1 2 3; do
  case "$(cell "$tmp/e.csv" indicator $i)" in
    satisfied=fair) near fair "$(cell "$tmp/e.csv" estimate $i)" 0.294444444444; near fair.se "$(cell "$tmp/e.csv" std.error $i)" 0.136075665159 ;;
    satisfied=good) near good "$(cell "$tmp/e.csv" estimate $i)" 0.444444444444; near good.se "$(cell "$tmp/e.csv" std.error $i)" 0.241698001847 ;;
    satisfied=poor) near poor "$(cell "$tmp/e.csv" estimate $i)" 0.261111111111; near poor.se "$(cell "$tmp/e.csv" std.error $i)" 0.132942284922 ;;
    *) fail "an unexpected level: $(cell "$tmp/e.csv" indicator $i)" ;;
  esac
done

est prop $data "online == 1"
near online "$(cell "$tmp/e.csv" estimate 1)" 0.622222222222
near online.low "$(cell "$tmp/e.csv" conf.low 1)" 0.143867601961
near online.high "$(cell "$tmp/e.csv" conf.high 1)" 0.941668657953

est mean $data spend --where "online == 1"
near where "$(cell "$tmp/e.csv" estimate 1)" 160
near where.se "$(cell "$tmp/e.csv" std.error 1)" 35.4897168205

# a gap is the difference of two rows, and knows its covariance: the two gaps to the whole are weighted to zero
est mean $data spend --by residence --gap overall
near gap.sum "$(awk -F, 'NR > 1 && $0 ~ /,gap,/ { n++ } END { print n + 0 }' "$tmp/e.csv")" 2

# other formats hold the same numbers
"$program" mean $data spend --weights weight --strata stratum --cluster psu --format json | grep -q '"estimate":122.44047619' || fail "json"
"$program" mean $data spend --weights weight --strata stratum --cluster psu --format md | grep -q '| *spend *|' || fail "md"
"$program" mean $data spend --weights none --format csv >"$tmp/e.csv" || fail "unweighted"
near unweighted "$(cell "$tmp/e.csv" estimate 1)" 115.454545454545

# the weights that raking makes, read back
"$program" weight $data --weights weight --strata stratum --cluster psu --rake 'residence: urban=90, rural=110' --output "$tmp/raked.csv" --quiet 2>"$tmp/err" ||
  fail "weight: $(cat "$tmp/err")"
near raked.1 "$(cell "$tmp/raked.csv" weight_raked 1)" 10.9756097561
near raked.2 "$(cell "$tmp/raked.csv" weight_raked 2)" 11.2244897959
near raked.12 "$(cell "$tmp/raked.csv" weight_raked 12)" 16.8367346939

# what is refused, and how it is said
run_fails 2 "no weights given.*--weights weight" "$program" mean $data spend
# text is a category: its mean are the shares of its levels, its total their counts
"$program" mean $data satisfied --weights weight --format csv >"$tmp/m.csv" 2>"$tmp/err" || fail "mean of text: $(cat "$tmp/err")"
"$program" prop $data satisfied --weights weight --format csv >"$tmp/p.csv" 2>"$tmp/err" || fail "prop of text: $(cat "$tmp/err")"
"$program" total $data satisfied --weights weight --format csv >"$tmp/t.csv" 2>"$tmp/err" || fail "total of text: $(cat "$tmp/err")"
[ "$(wc -l <"$tmp/m.csv")" = 4 ] || fail "mean of text: not three levels: $(cat "$tmp/m.csv")"
for row in 1 2 3; do
  level=$(cell "$tmp/m.csv" indicator $row)
  [ "$level" = "$(cell "$tmp/p.csv" indicator $row)" ] && [ "${level%=*}" = satisfied ] || fail "mean of text: the level is '$level'"
  for column in estimate std.error conf.low; do near "$level $column" "$(cell "$tmp/m.csv" $column $row)" "$(cell "$tmp/p.csv" $column $row)"; done
  near "count of $level" "$(cell "$tmp/t.csv" estimate $row)" "$(awk -F, -v l="${level#*=}" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["satisfied"] == l { s += $at["weight"] } END { print s }' $data)"
done
run_fails 2 "use 'shuxiao prop'" "$program" mean $data satisfied --weights weight --kind geometric
run_fails 2 "use 'shuxiao prop'" "$program" ratio $data satisfied/spend --weights weight
run_fails 2 "did you mean '\?spend" "$program" mean $data spendd --weights weight
run_fails 2 "did you mean --weights" "$program" mean $data spend --weigths weight
run_fails 2 "did you mean 'mean'" "$program" maen $data spend
run_fails 1 "nowhere.csv" "$program" mean nowhere.csv spend --weights weight
run_fails 1 "disagree\|total" "$program" weight $data --weights weight --rake 'residence: urban=90, rural=110' --rake 'satisfied: good=100, fair=60, poor=60' --output "$tmp/x.csv"
run_fails 2 "every --by\|groups\|--by" "$program" mean $data spend --weights weight --gap overall
finish
